import { randomBytes } from 'node:crypto';
import { testSetting } from '../environment.ts';

/** The brokers of SIGNET_TEST_KAFKA_BROKERS. */
export const testBrokers = (): string[] => testSetting('SIGNET_TEST_KAFKA_BROKERS').split(',');

export interface TestTopicOptions {
  /** Default 1. */
  readonly partitions?: number;
  /** Default `delete`. */
  readonly cleanup?: 'delete' | 'compact';
}

/** Creates a topic of its own for a test; resolves to its name, which begins with `prefix`. */
export async function testTopic(
  prefix: string,
  { partitions = 1, cleanup = 'delete' }: TestTopicOptions = {},
): Promise<string> {
  // Loaded on demand: most test files need no Kafka client.
  const { ensureTopics } = await import('@signet/kafka');
  const name = `${prefix}.${randomBytes(6).toString('hex')}`;
  const topic = { name, partitions, cleanup, key: 'any', description: 'Made by a test.' };
  await ensureTopics({ brokers: testBrokers(), clientId: 'signet-testing' }, [topic]);
  return name;
}
