import { generationKey, installationKey, TABLE_PARTITION, TABLE_TOPICS } from '@signet/contracts';
import { TEST_INSTALLATION } from '../environment.ts';
import { testBrokers } from '../kafka/topics.ts';

export interface CompleteTablesOptions {
  /** Default: the Kafka that all tests share. */
  readonly brokers?: readonly string[];
  /** Default: those of Signet. */
  readonly topics?: readonly string[];
  /** Default: now. */
  readonly at?: Date;
  /** Default: 1. */
  readonly generation?: number;
}

/**
 * Replaces the registry in a test without one: creates its topics and publishes on each that its table is complete. Records that
 * the test publishes later belong to the table. It may be called again.
 */
export async function completeTables(options: CompleteTablesOptions = {}): Promise<void> {
  const { brokers = testBrokers(), at = new Date(), generation = 1 } = options;
  const { topics = TABLE_TOPICS.map(({ name }) => name) } = options;
  // Loaded on demand: most test files need no Kafka client.
  const { ensureTopics, RecordProducer } = await import('@signet/kafka');
  const client = { brokers, clientId: 'signet-testing' };
  await ensureTopics(
    client,
    topics.map((name) => ({ name, partitions: 1, cleanup: 'compact' as const })),
  );
  const installation = TEST_INSTALLATION;
  const mark = JSON.stringify({ generation, beat: 0, at: at.toISOString(), begin: 0 });
  const producer = new RecordProducer({ client, name: 'tables' });
  try {
    for (const topic of topics)
      await producer.publishAll(topic, [
        { key: installationKey(installation), value: JSON.stringify({ installation }), partition: TABLE_PARTITION },
        { key: generationKey(installation), value: mark, partition: TABLE_PARTITION },
      ]);
  } finally {
    await producer.close();
  }
}
