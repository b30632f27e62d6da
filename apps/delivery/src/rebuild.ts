/**
 * `node apps/delivery/dist/rebuild.js`, with delivery's SIGNET_INSTALLATION and SIGNET_DATABASE_URL: drops the deliveries table's rows and the work
 * queue, and makes both anew from the log. Delivery may run meanwhile; what it records waits.
 */
import {
  defineSettings,
  pinoLogger,
  runCommand,
  settingsFromEnvironment,
  sharedSettings,
  withDatabase,
} from '@signet/service-kit';
import { rebuildDeliveries } from './commands/rebuild-deliveries.ts';
import { settings } from './config.ts';
import { deliveryDatabase } from './database/database.ts';

const { SIGNET_LOG_LEVEL, ...rest } = settingsFromEnvironment(
  defineSettings({
    ...sharedSettings.installation,
    ...sharedSettings.database,
    SIGNET_LOG_LEVEL: settings.SIGNET_LOG_LEVEL,
  }),
);
const logger = pinoLogger('delivery-rebuild', SIGNET_LOG_LEVEL);
const database = deliveryDatabase(rest);
await runCommand({ database }, logger, () =>
  withDatabase(database, logger, async (orm) => {
    const deliveries = await rebuildDeliveries(orm.em.fork());
    logger.info({ deliveries }, 'the deliveries are rebuilt from their log');
  }),
);
