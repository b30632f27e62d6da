import type { TopicDefinition } from '@signet/contracts';
import kafkajs from 'kafkajs';
import type { ITopicConfig } from 'kafkajs';
import { withAdmin } from './admin.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import type { KafkaAdmin } from '../prefix/prefixed-admin.ts';

type Definition = Pick<TopicDefinition, 'name' | 'partitions'> & Partial<TopicDefinition>;

/**
 * Creates the topics that are missing and waits until they have leaders. Existing topics stay as they are: the operators
 * decide about their partitions and retention.
 */
export async function ensureTopics(
  client: KafkaClientOptions,
  definitions: readonly Definition[],
  replicationFactor = -1,
): Promise<void> {
  await withAdmin(client, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = definitions.filter(({ name }) => !existing.has(name));
    if (missing.length === 0) return;
    try {
      await admin.createTopics({
        topics: missing.map((definition) => topicConfig(definition, replicationFactor)),
        waitForLeaders: false,
        timeout: 15_000,
      });
    } catch (error) {
      if (!isOnlyRace(error)) throw error;
    }
    await untilLed(
      admin,
      missing.map(({ name }) => name),
    );
  });
}

/**
 * It replaces kafkajs's `waitForLeaders`, which waits after "no leader yet", but fails after "unknown topic". A broker may answer
 * with the latter, too, right after its controller has created the topic.
 */
async function untilLed(admin: KafkaAdmin, topics: string[], patienceMs = 15_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      if (metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (!isTooEarly(error) || performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error(`no leaders within ${patienceMs} ms: ${topics.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The names of all topics, also of Kafka's own. */
export const listTopics = (client: KafkaClientOptions): Promise<string[]> =>
  withAdmin(client, (admin) => admin.listTopics());

/** Removes topics with all their records. */
export const deleteTopics = (client: KafkaClientOptions, topics: readonly string[]): Promise<void> =>
  withAdmin(client, (admin) => admin.deleteTopics({ topics: [...topics] }));

/** Removes all records of a topic; the next records get the following offsets. */
export const removeRecords = (client: KafkaClientOptions, topic: string): Promise<void> =>
  withAdmin(client, async (admin) => {
    const offsets = await admin.fetchTopicOffsets(topic);
    const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
  });

/** The offset behind the last record of each partition, as `topic/partition`. */
export const topicEnds = (client: KafkaClientOptions, topics: readonly string[]): Promise<Map<string, bigint>> =>
  withAdmin(client, async (admin) => {
    const ends = new Map<string, bigint>();
    for (const topic of topics) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic))
        ends.set(`${topic}/${partition}`, BigInt(high));
    }
    return ends;
  });

/** The earliest offset of a partition, and the one behind its last record. Topics that do not exist are left out. */
export const topicBounds = (
  client: KafkaClientOptions,
  topics: readonly string[],
  partition: number,
): Promise<Map<string, { begin: number; end: number }>> =>
  withAdmin(
    client,
    async (admin) => {
      const existing = new Set(await admin.listTopics());
      const bounds = new Map<string, { begin: number; end: number }>();
      for (const topic of topics.filter((name) => existing.has(name))) {
        const offsets = await admin.fetchTopicOffsets(topic);
        const found = offsets.find((one) => one.partition === partition);
        if (found) bounds.set(topic, { begin: Number(found.low), end: Number(found.high) });
      }
      return bounds;
    },
    3,
  );

/** Every consumer group with the ids of its members, in the order of their names. */
export const consumerGroups = (client: KafkaClientOptions): Promise<{ groupId: string; members: string[] }[]> =>
  withAdmin(client, async (admin) => {
    const { groups: known } = await admin.listGroups();
    const { groups } = await admin.describeGroups(known.map(({ groupId }) => groupId));
    return groups
      .map(({ groupId, members }) => ({ groupId, members: members.map(({ memberId }) => memberId).toSorted() }))
      .toSorted((a, b) => a.groupId.localeCompare(b.groupId));
  });

/** The offset from which the group goes on reading, of each partition; 0 if it has committed nothing yet. */
export async function committedOffsets(
  client: KafkaClientOptions,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const offsets = new Map(partitions.map((partition) => [partition, 0n]));
  await withAdmin(client, async (admin) => {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    for (const { partition, offset } of committed?.partitions ?? []) {
      if (offsets.has(partition) && BigInt(offset) > 0n) offsets.set(partition, BigInt(offset));
    }
  });
  return offsets;
}

/**
 * The addresses (`host:port`) that Kafka tells its clients to use; they may differ from the addresses in our settings. It tries
 * once: the caller decides how long to try.
 */
export const advertisedBrokers = (client: KafkaClientOptions): Promise<string[]> =>
  withAdmin(
    client,
    async (admin) => (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`),
    0,
  );

/** -1 asks the broker for its default. */
function topicConfig({ name, partitions, cleanup, retentionMs }: Definition, replicationFactor: number): ITopicConfig {
  const configEntries = [];
  if (cleanup) configEntries.push({ name: 'cleanup.policy', value: cleanup });
  if (cleanup === 'delete' && retentionMs) configEntries.push({ name: 'retention.ms', value: String(retentionMs) });
  return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
}

const isTooEarly = (error: unknown): boolean =>
  ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].includes((error as { type?: string } | null)?.type ?? '');

/** Another service may have created the same topics in the meantime. */
const isOnlyRace = (error: unknown): boolean =>
  error instanceof kafkajs.KafkaJSAggregateError &&
  error.errors.every((one) => typeof one === 'object' && (one as { type?: string }).type === 'TOPIC_ALREADY_EXISTS');
