import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import type { KafkaNames } from './names.ts';

const { TOPIC } = kafkajs.ConfigResourceTypes;

export type KafkaAdmin = Pick<
  Admin,
  | 'connect'
  | 'disconnect'
  | 'describeCluster'
  | 'createAcls'
  | 'listTopics'
  | 'createTopics'
  | 'deleteTopics'
  | 'createPartitions'
  | 'fetchTopicMetadata'
  | 'fetchTopicOffsets'
  | 'fetchTopicOffsetsByTimestamp'
  | 'fetchOffsets'
  | 'setOffsets'
  | 'describeConfigs'
  | 'alterConfigs'
  | 'deleteTopicRecords'
  | 'listGroups'
  | 'describeGroups'
  | 'deleteGroups'
>;

/** kafkajs' admin in names without the prefix. Its lists leave out topics and groups of other installations. */
export function prefixedAdmin(admin: Admin, names: KafkaNames): KafkaAdmin {
  const { topic, topics, topicOf, group, groupOf } = names;
  const ours = <T extends { topic: string }>(one: T): T => ({ ...one, topic: topic(one.topic) });
  const asked = <T extends { type: number; name: string }>(resources: readonly T[]): T[] =>
    resources.map((one) => (one.type === TOPIC ? { ...one, name: topic(one.name) } : one));
  return {
    connect: () => admin.connect(),
    disconnect: () => admin.disconnect(),
    describeCluster: () => admin.describeCluster(),
    // Not translated: ACLs are for patterns of names as they are on Kafka.
    createAcls: (options) => admin.createAcls(options),
    listTopics: async () => (await admin.listTopics()).map(topicOf).filter(isDefined),
    createTopics: (options) => admin.createTopics({ ...options, topics: options.topics.map(ours) }),
    deleteTopics: (options) => admin.deleteTopics({ ...options, topics: topics(options.topics) }),
    createPartitions: (options) =>
      admin.createPartitions({ ...options, topicPartitions: options.topicPartitions.map(ours) }),
    fetchTopicMetadata: async (options) => {
      const answer = await admin.fetchTopicMetadata(options && { topics: topics(options.topics) });
      return { topics: answer.topics.map((one) => ({ ...one, name: topicOf(one.name) ?? one.name })) };
    },
    fetchTopicOffsets: (name) => admin.fetchTopicOffsets(topic(name)),
    fetchTopicOffsetsByTimestamp: (name, timestamp) => admin.fetchTopicOffsetsByTimestamp(topic(name), timestamp),
    fetchOffsets: async ({ groupId, topics: asked, ...options }) => {
      const answer = await admin.fetchOffsets({
        ...options,
        groupId: group(groupId),
        ...(asked && { topics: topics(asked) }),
      });
      return answer.map((one) => ({ ...one, topic: topicOf(one.topic) ?? one.topic }));
    },
    setOffsets: (options) => admin.setOffsets({ ...ours(options), groupId: group(options.groupId) }),
    describeConfigs: async (configs) => {
      const answer = await admin.describeConfigs({ ...configs, resources: asked(configs.resources) });
      const resources = answer.resources.map((one) =>
        one.resourceType === TOPIC ? { ...one, resourceName: topicOf(one.resourceName) ?? one.resourceName } : one,
      );
      return { ...answer, resources };
    },
    alterConfigs: (configs) => admin.alterConfigs({ ...configs, resources: asked(configs.resources) }),
    deleteTopicRecords: (options) => admin.deleteTopicRecords(ours(options)),
    listGroups: async () => {
      const { groups } = await admin.listGroups();
      return { groups: groups.map((one) => named(one, groupOf)).filter(isDefined) };
    },
    describeGroups: async (groupIds) => {
      const { groups } = await admin.describeGroups(groupIds.map(group));
      return { groups: groups.map((one) => named(one, groupOf)).filter(isDefined) };
    },
    deleteGroups: async (groupIds) => {
      const results = await admin.deleteGroups(groupIds.map(group));
      return results.map((one) => named(one, groupOf) ?? one);
    },
  };
}

function named<T extends { groupId: string }>(one: T, groupOf: KafkaNames['groupOf']): T | undefined {
  const groupId = groupOf(one.groupId);
  return groupId === undefined ? undefined : { ...one, groupId };
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;
