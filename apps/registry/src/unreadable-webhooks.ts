/**
 * `node apps/registry/dist/unreadable-webhooks.js list`, with the settings of the registry: lists the webhooks on Kafka that
 * delivery can do nothing with, since their secrets were sealed by a key that is not in SIGNET_SEALING_KEYS. `remove <id> …` takes
 * those off Kafka that the registry does not have: another installation has left them there.
 */
import { REGISTRY_WEBHOOKS } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { registryCommand } from './republish/command.ts';
import { askedOf, listed, reasonAgainstRemoval, USAGE } from './unreadable-webhooks/command.policy.ts';
import { unreadableWebhooks } from './unreadable-webhooks/unreadable.ts';

const asked = askedOf(process.argv.slice(2));
const fail = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
};

if (asked === undefined) fail(USAGE);
else
  await registryCommand({ name: 'registry-unreadable-webhooks', usesKafka: true }, async ({ orm, kafka, settings }) => {
    const webhooks = await unreadableWebhooks(orm.em.fork(), kafka, settings.SIGNET_SEALING_KEYS);
    if (asked.kind === 'list') return void process.stdout.write(`${listed(webhooks)}\n`);
    const reason = reasonAgainstRemoval(asked.ids, webhooks);
    if (reason !== undefined) return fail(reason);
    const producer = new RecordProducer({ client: kafka, name: 'unreadable-webhooks' });
    try {
      await producer.publishAll(
        REGISTRY_WEBHOOKS,
        asked.ids.map((key) => ({ key, value: null })),
      );
    } finally {
      await producer.close();
    }
    process.stdout.write(`Removed ${asked.ids.join(', ')}: delivery drops them, and ends what waits for them.\n`);
  });
