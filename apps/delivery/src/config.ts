import {
  defineSettings,
  duration,
  httpUrl,
  integer,
  optionalSetting,
  setting,
  sharedSettings,
  writeFormatsValue,
} from '@signet/service-kit';
import type { SettingsOf } from '@signet/service-kit';

/** Every setting of delivery. */
export const settings = defineSettings({
  ...sharedSettings.service({ port: 3002, managementPort: 3102 }),
  ...sharedSettings.drain,
  ...sharedSettings.limits({ rateLimit: 500 }),
  ...sharedSettings.tracing,
  ...sharedSettings.startup,
  ...sharedSettings.installation,
  ...sharedSettings.apiKeys,
  ...sharedSettings.kafka,
  ...sharedSettings.database,
  ...sharedSettings.sealing,
  ...sharedSettings.egress,
  ...sharedSettings.retries,
  ...sharedSettings.retention,
  SIGNET_CIRCUIT_FAILURES: setting(
    integer(1, 1_000_000),
    "A webhook's circuit opens at this many failures in a row, however far apart; set it below SIGNET_DISABLE_AFTER_FAILURES. It also opens when 5 attempts within 10 s failed and half of all did.",
    { default: '5' },
  ),
  SIGNET_PLATFORM_FAULT_HOSTS: setting(
    integer(2, 10_000),
    "Signet takes failures for its own when most of the hosts that answered lately fail before they answer, and they are at least so many: fewer may be one provider's outage. No failure in a row is counted then.",
    { default: '5' },
  ),
  SIGNET_PLATFORM_FAULT_TENANTS: setting(
    integer(1, 1_000),
    'Those hosts must be of at least so many tenants: one tenant cannot have its own failures taken for ours. At most 8 tenants of a host are remembered.',
    { default: '3' },
  ),
  SIGNET_PLATFORM_FAULT_MEMORY: setting(
    duration(),
    'A host counts among them if it answered within this time. A longer time finds faults at night, too; a shorter one forgets hosts that have gone.',
    { default: '1h' },
  ),
  SIGNET_PLATFORM_FAULT_WINDOW: setting(
    duration(),
    'The failures must lie within this time. A failure of this kind is recorded as soon as other hosts show whose fault it is, and after this time at the latest: longer finds faults of quiet installations, and tells later of a receiver that is down.',
    { default: '1m' },
  ),
  SIGNET_PLATFORM_FAULT_PROBES: setting(
    integer(1, 100),
    'While the platform is at fault, one delivery to each of so many webhooks goes out a second, to find its end.',
    { default: '3' },
  ),
  SIGNET_CANARY_URL: optionalSetting(
    httpUrl(),
    'A URL of your own, outside of your network, that answers a POST with any status: it is asked when deliveries fail and no other host shows whose fault it is. The egress guard holds for it, too. Its answer shows that the way out works; its silence is believed only while most hosts fail.',
  ),
  SIGNET_WEBHOOK_CONCURRENCY: setting(integer(1, 1_000), 'POSTs to one webhook at once.', { default: '8' }),
  SIGNET_DISPATCH_CONCURRENCY: setting(
    integer(1, 100_000),
    'POSTs at once from one replica, all webhooks together: an eighth of them at most for one webhook, and no more for a tenant than it leaves to others.',
    { default: '1024' },
  ),
  SIGNET_SPILL_AFTER: setting(
    duration(),
    'Deliveries of a webhook that makes no progress for this long go to PostgreSQL, so that Kafka need not wait, and those that would wait for more than forty times as long: of one that takes too much of the room for others, and of one with a rate limit or an order.',
    { default: '250ms' },
  ),
  SIGNET_RECORD_LINGER: setting(
    duration(),
    'How long an outcome may wait for others to be stored together: longer costs less, and repeats more after a crash.',
    { default: '20ms' },
  ),
  SIGNET_WRITE_FORMATS: setting(
    writeFormatsValue(),
    'Formats between commas, as name=number, that are written in place of those that the version before reads: request-bundles=2, once no replica of 0.2 is left. docs/guides/upgrading.md says when.',
    { default: '', emptyIsValue: true },
  ),
  SIGNET_REPLAY_RATE: setting(
    integer(1, 10_000),
    'Deliveries that a replay requests in a second, so that it does not push aside what is fresh.',
    { default: '500' },
  ),
});
export type DeliverySettings = SettingsOf<typeof settings>;
