/**
 * `node apps/registry/dist/reseal.js`, with the settings of the registry: brings every stored secret under the first of
 * SIGNET_SEALING_KEYS, in the database and on Kafka, and prints how many there were. To retire a key: put the new one in
 * front, restart every service, run this, take the old one out, restart every service. It may be interrupted and run
 * again, and the registry may run meanwhile.
 */
import { resealAnswers } from '@signet/service-kit';
import { registryCommand } from './republish/command.ts';
import { resealWebhooks } from './reseal/reseal-webhooks.ts';

await registryCommand(
  { name: 'registry-reseal', usesKafka: false },
  async ({ orm, settings, logger, republication }) => {
    const sealing = settings.SIGNET_SEALING_KEYS;
    const secrets = await resealWebhooks(orm.em.fork(), sealing, republication, settings.SIGNET_LOST_SEALING_KEYS);
    const answers = await resealAnswers(orm.em.fork(), sealing);
    logger.info(
      { resealed: secrets, answers, keyId: sealing.activeKeyId },
      'every stored secret is under the newest sealing key',
    );
  },
);
