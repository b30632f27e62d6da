import { defineSettings, duration, integer, setting, sharedSettings } from '@signet/service-kit';
import type { SettingsOf } from '@signet/service-kit';

/** Every setting of delivery. */
export const settings = defineSettings({
  ...sharedSettings.service({ port: 3002, managementPort: 3102 }),
  ...sharedSettings.drain,
  ...sharedSettings.limits({ rateLimit: 500 }),
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
  SIGNET_REPLAY_RATE: setting(
    integer(1, 10_000),
    'Deliveries that a replay requests in a second, so that it does not push aside what is fresh.',
    { default: '500' },
  ),
});
export type DeliverySettings = SettingsOf<typeof settings>;
