import { CompactedTopic } from '@signet/kafka';
import { testBrokers } from '@signet/testing';

/**
 * The present content of a compacted topic, by key. It reads up to the present end of the topic and does not wait for
 * more.
 */
export async function recordsOn(topic: string): Promise<ReadonlyMap<string, unknown>> {
  const present = new Map<string, unknown>();
  const reader = new CompactedTopic({
    client: { brokers: testBrokers(), clientId: 'registry-test' },
    topic,
    onRecord: (key, value) => {
      if (value === null) present.delete(key);
      else present.set(key, JSON.parse(value.toString('utf8')));
    },
  });
  try {
    await reader.start();
    return present;
  } finally {
    await reader.close();
  }
}
