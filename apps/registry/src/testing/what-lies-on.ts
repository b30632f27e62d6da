import { CompactedTopic } from '@signet/kafka';
import { testBrokers } from '@signet/testing';

/** What a compacted topic says at this moment, by key: everything that lies there now, and nothing is waited for. */
export async function whatLiesOn(topic: string): Promise<ReadonlyMap<string, unknown>> {
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
