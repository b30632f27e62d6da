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
  SIGNET_MAX_MESSAGE_BYTES: setting(integer(1_024, 900_000), 'Bytes of the data of one event at most.', {
    default: String(256 * 1024),
  }),
  SIGNET_MAX_BATCH_EVENTS: setting(integer(1, 10_000), 'Events of one HTTP batch at most.', { default: '1000' }),
});
export type IngestionSettings = SettingsOf<typeof settings>;
