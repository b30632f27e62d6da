/**
 * `node apps/registry/dist/republish.js`, with the settings of the registry: has the present state of every webhook,
 * tenant and API key published once more, and the tombstones of those that are gone. For a Kafka that was set up anew.
 */
import { runCommand } from './republish/command.ts';
import { republishAll } from './republish/republish-all.ts';

await runCommand('registry-republish', async ({ orm, logger, republication }) => {
  const aggregates = await republishAll(orm.em.fork(), republication);
  logger.info({ aggregates }, 'the present state of everything is to be published');
});
