/** `node apps/ingestion/dist/admin.js check`, with ingestion's settings: the commands that signet-admin asks of it. */
import { tablesOf, topicsOf } from '@signet/contracts';
import {
  checkCommand,
  defineSettings,
  kafkaClient,
  loadSettings,
  runAdminCommand,
  sharedSettings,
} from '@signet/service-kit';

const SETTINGS = defineSettings({ ...sharedSettings.installation, ...sharedSettings.kafka });

await runAdminCommand('ingestion', {
  check: (_args, logger) => {
    const settings = loadSettings(SETTINGS, process.env);
    return checkCommand(
      {
        name: 'ingestion',
        installation: settings.SIGNET_INSTALLATION,
        kafka: kafkaClient(settings, 'ingestion.check', logger),
        topics: [...topicsOf('ingestion'), ...tablesOf('ingestion')],
      },
      logger,
    );
  },
});
