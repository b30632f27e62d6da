/**
 * `node apps/registry/dist/republish.js`, with the settings of the registry: has the present state of every webhook,
 * tenant and API key published once more, and the tombstones of those that are gone; and claims the topics for this
 * installation where no record does. For a Kafka that was set up anew.
 */
import { claimTopics, compareWithKafka } from '@signet/service-kit';
import { registryCommand } from './republish/command.ts';
import { republishAll } from './republish/republish-all.ts';

await registryCommand(
  { name: 'registry-republish', usesKafka: true },
  async ({ orm, kafka, settings, logger, republication }) => {
    const { SIGNET_INSTALLATION: installation } = settings;
    await claimTopics(kafka, installation, await compareWithKafka(kafka, installation));
    const aggregates = await republishAll(orm.em.fork(), republication);
    logger.info({ aggregates }, 'the present state of everything is to be published');
  },
);
