import { LOG_TOPICS } from '@signet/contracts';
import { ensureTopics } from '@signet/kafka';
import { kafkaClientAt } from './given-connections.ts';

/** Creates what is missing of Signet's topics, except those that only the registry may create, and of the source topics, which belong to the producers elsewhere. */
export async function createTopics(kafkaBrokers: string, sourceTopics: readonly string[]): Promise<void> {
  const sources = sourceTopics.map((name) => ({
    name,
    partitions: 6,
    cleanup: 'delete' as const,
    key: 'any',
    description: 'CloudEvents of an internal service.',
  }));
  await ensureTopics(kafkaClientAt(kafkaBrokers, 'signet-start'), [...LOG_TOPICS, ...sources]);
}
