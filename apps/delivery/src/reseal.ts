/**
 * `node apps/delivery/dist/reseal.js`, with delivery's settings: brings the answers that are kept for Idempotency-Keys under
 * the first of SIGNET_SEALING_KEYS, and prints how many there were. Delivery may run meanwhile.
 */
import {
  defineSettings,
  pinoLogger,
  resealAnswers,
  runCommand,
  settingsFromEnvironment,
  sharedSettings,
  withDatabase,
} from '@signet/service-kit';
import { settings } from './config.ts';
import { deliveryDatabase } from './database/database.ts';

const { SIGNET_LOG_LEVEL, SIGNET_SEALING_KEYS, ...rest } = settingsFromEnvironment(
  defineSettings({
    ...sharedSettings.installation,
    ...sharedSettings.database,
    ...sharedSettings.sealing,
    SIGNET_LOG_LEVEL: settings.SIGNET_LOG_LEVEL,
  }),
);
const logger = pinoLogger('delivery-reseal', SIGNET_LOG_LEVEL);
const database = deliveryDatabase(rest);
await runCommand({ database }, logger, () =>
  withDatabase(database, logger, async (orm) => {
    const answers = await resealAnswers(orm.em.fork(), SIGNET_SEALING_KEYS);
    const { activeKeyId: keyId } = SIGNET_SEALING_KEYS;
    logger.info({ answers, keyId }, 'every kept answer is under the newest sealing key');
  }),
);
