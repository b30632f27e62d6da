import { REGISTRY_WEBHOOKS } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { EXIT_FAILED, UsageError } from '@signet/service-kit';
import type { AdminCommand, CommandReport } from '@signet/service-kit';
import { askedOf, listed, reasonAgainstRemoval, USAGE } from '../unreadable-webhooks/command.policy.ts';
import type { Asked } from '../unreadable-webhooks/command.policy.ts';
import { unreadableWebhooks } from '../unreadable-webhooks/unreadable.ts';
import { registryCommand } from './registry-command.ts';
import type { CommandContext } from './registry-command.ts';

/**
 * `list`: the webhooks on Kafka that delivery cannot read, because their secrets were sealed by a key that is not in
 * SIGNET_SEALING_KEYS. `remove <id> …` removes webhooks from Kafka that the registry does not have: another
 * installation has left them there.
 */
export const unreadableWebhooksCommand: AdminCommand = (args, logger) => {
  const asked = askedOf(args);
  if (asked === undefined) throw new UsageError(USAGE);
  const command = registryCommand({ name: 'registry-unreadable-webhooks', usesKafka: true }, (context) =>
    carryOut(asked, context),
  );
  return command(args, logger);
};

async function carryOut(asked: Asked, { orm, kafka, settings }: CommandContext): Promise<CommandReport> {
  const webhooks = await unreadableWebhooks(orm.em.fork(), kafka, settings.SIGNET_SEALING_KEYS);
  if (asked.kind === 'list') return { lines: listed(webhooks).split('\n'), data: { webhooks } };
  const reason = reasonAgainstRemoval(asked.ids, webhooks);
  if (reason !== undefined) return { lines: [reason], data: { error: reason }, exitCode: EXIT_FAILED };
  const producer = new RecordProducer({ client: kafka, name: 'unreadable-webhooks' });
  try {
    await producer.publishAll(
      REGISTRY_WEBHOOKS,
      asked.ids.map((key) => ({ key, value: null })),
    );
  } finally {
    await producer.close();
  }
  const told = `Removed ${asked.ids.join(', ')}: delivery drops them, and ends what waits for them.`;
  return { lines: [told], data: { removed: asked.ids } };
}
