/** `node apps/ingestion/dist/admin.js check`, with ingestion's settings: the commands that signet-admin runs in ingestion. */
import { checkCommand, defineSettings, loadSettings, runAdminCommand, sharedSettings } from '@signet/service-kit';

const SETTINGS = defineSettings({ ...sharedSettings.installation, ...sharedSettings.kafka });

await runAdminCommand('ingestion', {
  check: (_args, logger) => checkCommand({ name: 'ingestion', settings: loadSettings(SETTINGS, process.env) }, logger),
});
