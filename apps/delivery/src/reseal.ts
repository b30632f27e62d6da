/**
 * `node apps/delivery/dist/reseal.js`, with delivery's settings: brings the answers that are kept for Idempotency-Keys under
 * the first of SIGNET_SEALING_KEYS, and prints how many there were. Delivery may run meanwhile.
 */
import { MikroORM } from '@mikro-orm/postgresql';
import {
  databaseOptions,
  defineSettings,
  migrate,
  pinoLogger,
  resealAnswers,
  settingsFromEnvironment,
  sharedSettings,
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
const orm = await MikroORM.init(databaseOptions(database));
try {
  await migrate(orm, database);
  const answers = await resealAnswers(orm.em.fork(), SIGNET_SEALING_KEYS);
  logger.info({ answers, keyId: SIGNET_SEALING_KEYS.activeKeyId }, 'every kept answer is under the newest sealing key');
} finally {
  await orm.close();
}
