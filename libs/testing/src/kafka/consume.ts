import { randomUUID } from 'node:crypto';
import type { KafkaRecord, RecordBatch } from '@signet/kafka';
import { testBrokers } from './topics.ts';
import { waitFor } from '../wait-for.ts';

export interface ConsumeOptions {
  /** The number of records, or a function that says whether the records so far are enough. */
  readonly until: number | ((records: readonly KafkaRecord[]) => boolean);
  /** Default: that of `waitFor`. */
  readonly timeoutMs?: number;
}

/** Reads a topic from its beginning until there are enough records, in a consumer group of its own. */
export async function consume(topic: string, { until, timeoutMs }: ConsumeOptions): Promise<KafkaRecord[]> {
  // Loaded on demand: most test files need no Kafka client.
  const { KafkaBatchServer } = await import('@signet/kafka');
  const records: KafkaRecord[] = [];
  const server = new KafkaBatchServer({
    client: { brokers: testBrokers(), clientId: 'signet-testing' },
    groupId: `consume-${randomUUID()}`,
    transportId: Symbol('consume'),
    // The handler below refuses nothing, so nothing is ever sent there.
    deadLetterTopic: topic,
  });
  const keep = async (batch: RecordBatch): Promise<void> => void records.push(...batch.records);
  server.addHandler(topic, keep as never, true);
  const enough = typeof until === 'number' ? () => records.length >= until : () => until(records);
  await server.start();
  try {
    const what = typeof until === 'number' ? `${until} records of ${topic}` : `the records of ${topic}`;
    await waitFor(enough, { ...(timeoutMs !== undefined && { timeoutMs }), what });
    return records;
  } finally {
    await server.close();
  }
}
