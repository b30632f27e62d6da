/**
 * `node apps/registry/dist/rebuild.js`, with the settings of the registry: drops its read models and builds them again
 * from the events, then reads `delivery.outcomes.v1` again for when webhooks last succeeded and failed. The registry may
 * run meanwhile; what it appends waits.
 */
import { rebuildActivity, rebuildProjections } from './rebuild/rebuild-read-models.ts';
import { registryCommand } from './republish/command.ts';

await registryCommand({ name: 'registry-rebuild', usesKafka: true }, async ({ orm, kafka, logger }) => {
  await rebuildProjections(orm.em.fork());
  logger.info('the projections are rebuilt from the events');
  const webhooks = await rebuildActivity(orm.em.fork(), kafka);
  logger.info({ webhooks }, 'the activity of the webhooks is raised to what Kafka knows');
});
