import kafkajs from 'kafkajs';
import { withAdmin } from './admin.ts';
import type { KafkaClientOptions } from '../connection/client.ts';

/** The settings of a topic on Kafka. */
export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  /** The number of replicas of the partition that has the fewest. */
  readonly replicationFactor: number;
  /** As Kafka writes it, such as `compact,delete`. */
  readonly cleanupPolicy: string;
  /** Milliseconds; -1: for ever. */
  readonly retentionMs: number;
  /** Bytes of a partition; -1: no limit. */
  readonly retentionBytes: number;
  readonly minInsyncReplicas: number;
}

const CONFIGS = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'min.insync.replicas'];

export interface SeenTopics {
  /** The number of brokers in the cluster. */
  readonly brokers: number;
  readonly topics: readonly TopicSettings[];
}

/** The settings of those of the topics that exist; undefined if our Kafka user may not see them. */
export async function topicSettings(
  client: KafkaClientOptions,
  names: readonly string[],
): Promise<SeenTopics | undefined> {
  try {
    return await describedTopics(client, names);
  } catch (error) {
    if (isNotAllowed(error)) return undefined;
    throw error;
  }
}

/** kafkajs wraps what a broker says in an error of its own. */
const isNotAllowed = (error: unknown): boolean => {
  const { type, cause } = (error ?? {}) as { type?: unknown; cause?: unknown };
  return (typeof type === 'string' && type.endsWith('AUTHORIZATION_FAILED')) || (!!cause && isNotAllowed(cause));
};

async function describedTopics(client: KafkaClientOptions, names: readonly string[]): Promise<SeenTopics> {
  return withAdmin(client, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const known = names.filter((name) => existing.has(name));
    const { brokers } = await admin.describeCluster();
    if (known.length === 0) return { brokers: brokers.length, topics: [] };
    const metadata = await admin.fetchTopicMetadata({ topics: known });
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const resources = known.map((name) => ({ type, name, configNames: CONFIGS }));
    const described = await admin.describeConfigs({ includeSynonyms: false, resources });
    const configs = new Map(
      described.resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
    const topics = metadata.topics.map(({ name, partitions }) => {
      const config = (key: string): string => configs.get(name)?.get(key) ?? '';
      return {
        name,
        partitions: partitions.length,
        replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        cleanupPolicy: config('cleanup.policy'),
        retentionMs: Number(config('retention.ms')),
        retentionBytes: Number(config('retention.bytes')),
        minInsyncReplicas: Number(config('min.insync.replicas')),
      };
    });
    return { brokers: brokers.length, topics };
  });
}

/** Kafka's code for the source of a setting: it was set on the topic itself and is no default of the broker. */
const OF_TOPIC = 1;

/** Sets one setting of a topic and leaves the others that were set on it as they are. */
export async function setTopicConfig(
  client: KafkaClientOptions,
  topic: string,
  name: string,
  value: string,
): Promise<void> {
  await withAdmin(client, async (admin) => {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type, name: topic }] });
    // kafkajs has only AlterConfigs, which removes all settings that the request does not name.
    const kept = (resources[0]?.configEntries ?? []).filter(
      (entry) => (entry.configSource as unknown as number) === OF_TOPIC && entry.configName !== name,
    );
    const configEntries = [
      ...kept.map(({ configName, configValue }) => ({ name: configName, value: configValue })),
      { name, value },
    ];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name: topic, configEntries }] });
  });
}
