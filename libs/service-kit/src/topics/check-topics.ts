import type { TopicDefinition } from '@signet/contracts';
import { KafkaNames, topicSettings } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { StartRefusedError } from '../service/start/start-refused.error.ts';
import type { WaitingLog } from '../service/start/until-reachable.ts';
import { faultsOf } from './topic-settings.policy.ts';
import type { TopicFault } from './topic-settings.policy.ts';

export interface FoundTopics {
  /** The names, without the prefix, of topics that do not exist. */
  readonly missing: readonly string[];
  readonly faults: readonly TopicFault[];
}

/** Compares the settings of the existing topics with those that Signet expects; undefined if our Kafka user may not see them. */
export async function topicFaults(
  client: KafkaClientOptions,
  expected: readonly TopicDefinition[],
): Promise<FoundTopics | undefined> {
  const seen = await topicSettings(
    client,
    expected.map(({ name }) => name),
  );
  if (seen === undefined) return undefined;
  const byName = new Map(expected.map((definition) => [definition.name, definition]));
  const names = new KafkaNames(client.prefix);
  const faults = seen.topics.flatMap((topic) => {
    const definition = byName.get(topic.name);
    return definition ? faultsOf(definition, { ...topic, name: names.topic(topic.name) }, seen.brokers) : [];
  });
  const there = new Set(seen.topics.map(({ name }) => name));
  return { faults, missing: [...byName.keys()].filter((name) => !there.has(name)) };
}

/**
 * Logs each difference between the settings of the existing topics and those that Signet expects.
 *
 * @throws StartRefusedError when Kafka would remove records that are needed
 */
export async function checkTopics(
  client: KafkaClientOptions,
  expected: readonly TopicDefinition[],
  logger: WaitingLog,
): Promise<void> {
  const seen = await topicFaults(client, expected);
  // Only a warning: Signet also runs with a user without this right.
  if (seen === undefined) {
    logger.warn({}, 'the settings of the topics cannot be checked: the user of Kafka needs DESCRIBE_CONFIGS on them');
    return;
  }
  for (const { topic, sentence } of seen.faults) logger.warn({ topic }, sentence);
  const fatal = seen.faults.filter(({ losesData }) => losesData);
  if (fatal.length > 0) throw new StartRefusedError(fatal.map(({ sentence }) => sentence).join(' '));
}
