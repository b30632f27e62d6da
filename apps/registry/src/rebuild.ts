/**
 * `node apps/registry/dist/rebuild.js`, with the settings of the registry: drops its read models and builds them again
 * from the events, then reads `delivery.outcomes.v1` again for when webhooks last succeeded and failed. The registry may
 * run meanwhile; what it appends waits.
 */
import { MikroORM } from '@mikro-orm/postgresql';
import { databaseOptions, kafkaClient, migrate, pinoLogger, settingsFromEnvironment } from '@signet/service-kit';
import { settings } from './config.ts';
import { registryDatabase } from './database/database.ts';
import { rebuildActivity, rebuildProjections } from './rebuild/rebuild-read-models.ts';

const loaded = settingsFromEnvironment(settings);
const logger = pinoLogger('registry-rebuild', loaded.SIGNET_LOG_LEVEL);
const database = registryDatabase(loaded);
const orm = await MikroORM.init(databaseOptions(database));
try {
  await migrate(orm, database);
  await rebuildProjections(orm.em.fork());
  logger.info('the projections are rebuilt from the events');
  const webhooks = await rebuildActivity(orm.em.fork(), kafkaClient(loaded, 'registry-rebuild', logger));
  logger.info({ webhooks }, 'the activity of the webhooks is raised to what Kafka knows');
} finally {
  await orm.close();
}
