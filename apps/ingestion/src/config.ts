import { defineSettings, integer, setting, sharedSettings } from '@signet/service-kit';
import type { SettingsOf } from '@signet/service-kit';

/** Every setting of ingestion. */
export const settings = defineSettings({
  ...sharedSettings.service({ port: 3001, managementPort: 3101 }),
  ...sharedSettings.drain,
  ...sharedSettings.limits({ rateLimit: 20_000 }),
  ...sharedSettings.tracing,
  ...sharedSettings.startup,
  ...sharedSettings.installation,
  ...sharedSettings.apiKeys,
  ...sharedSettings.kafka,
  ...sharedSettings.sources,
  ...sharedSettings.retention,
  SIGNET_MAX_MESSAGE_BYTES: setting(integer(1_024, 900_000), 'Largest size of the data of one event, in bytes.', {
    default: String(256 * 1024),
  }),
  SIGNET_MAX_BATCH_EVENTS: setting(integer(1, 10_000), 'Largest number of events in one HTTP batch.', {
    default: '1000',
  }),
});
export type IngestionSettings = SettingsOf<typeof settings>;
