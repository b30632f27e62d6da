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
    "A webhook's circuit opens after this many failures in a row, even when hours lie between them. Set it below SIGNET_DISABLE_AFTER_FAILURES. It also opens when at least 5 attempts failed within 10 s and they are at least half of all attempts in these 10 s.",
    { default: '5' },
  ),
  SIGNET_PLATFORM_FAULT_HOSTS: setting(
    integer(2, 10_000),
    'Signet judges that the platform itself is at fault when most of the hosts that answered recently now fail without any answer, and at least this many hosts do. Fewer hosts may be the outage of one provider. While the platform is at fault, failures do not count against webhooks.',
    { default: '5' },
  ),
  SIGNET_PLATFORM_FAULT_TENANTS: setting(
    integer(1, 1_000),
    'The failing hosts must belong to webhooks of at least this many tenants, so that the failures of one tenant cannot look like a fault of the platform. At most 8 tenants of a host are remembered.',
    { default: '3' },
  ),
  SIGNET_PLATFORM_FAULT_MEMORY: setting(
    duration(),
    'A host is judged only if it answered within this time. A longer time also finds faults in hours with little traffic; a shorter time forgets sooner the hosts that no longer exist.',
    { default: '1h' },
  ),
  SIGNET_PLATFORM_FAULT_WINDOW: setting(
    duration(),
    'Only failures within this time count as failures of many hosts at once. A failure without any answer is recorded as soon as other hosts show whether the receiver or the platform is at fault, and after this time at the latest. A longer time finds faults with little traffic; a shorter one shows sooner that a receiver is down.',
    { default: '1m' },
  ),
  SIGNET_PLATFORM_FAULT_PROBES: setting(
    integer(1, 100),
    'While the platform is at fault, Signet sends one delivery a second to each of this many webhooks as a probe, to notice when the fault has ended.',
    { default: '3' },
  ),
  SIGNET_CANARY_URL: optionalSetting(
    httpUrl(),
    'A URL of your own, outside of your network, that answers a POST with any status. Signet sends it a POST when deliveries fail and no other host shows whether the receiver or the platform is at fault. An answer proves that requests can leave your network; a missing answer counts only while most hosts fail. The egress guard applies to this URL, too.',
  ),
  SIGNET_WEBHOOK_CONCURRENCY: setting(integer(1, 1_000), 'Largest number of POSTs to one webhook at the same time.', {
    default: '8',
  }),
  SIGNET_DISPATCH_CONCURRENCY: setting(
    integer(1, 100_000),
    'Largest number of POSTs from one replica at the same time, for all webhooks together. One webhook gets at most an eighth of them. A tenant gets one more only while it has fewer than are free, so one tenant alone gets at most half of them.',
    { default: '1024' },
  ),
  SIGNET_SPILL_AFTER: setting(
    duration(),
    'When no attempt of a webhook ends for this long, its waiting deliveries are stored in PostgreSQL instead of in memory, so that a slow receiver does not delay the other webhooks of the Kafka partition. A delivery that would wait more than forty times as long (10 s) is stored as well if the webhook has a rate limit or ordered delivery, or uses more than its share of the memory for waiting deliveries.',
    { default: '250ms' },
  ),
  SIGNET_RECORD_LINGER: setting(
    duration(),
    'How long the outcome of an attempt may wait to be stored in one transaction with others. A longer time needs fewer transactions, but after a crash more deliveries are sent again.',
    { default: '20ms' },
  ),
  SIGNET_WRITE_FORMATS: setting(
    writeFormatsValue(),
    'Newer formats to write, as name=number separated by commas. By default Signet writes formats that the version before can read. Example: request-bundles=2, once no replica of version 0.2 runs. docs/guides/upgrading.md says when.',
    { default: '', emptyIsValue: true },
  ),
  SIGNET_REPLAY_RATE: setting(
    integer(1, 10_000),
    'Deliveries that a replay requests, or a job retries or deletes, in a second; the limit keeps it from delaying new messages.',
    { default: '500' },
  ),
});
export type DeliverySettings = SettingsOf<typeof settings>;
