import type { TopicDefinition } from '@signet/contracts';
import { KafkaNames, topicSettings } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { StartRefusedError } from '../service/start-refused.error.ts';
import type { WaitingLog } from '../service/until-reachable.ts';
import { faultsOf } from './topic-settings.policy.ts';

/**
 * Compares the topics that there are with what Signet expects of them, and names each difference in the log.
 *
 * @throws StartRefusedError when Kafka would remove records that are needed
 */
export async function checkTopics(
  client: KafkaClientOptions,
  expected: readonly TopicDefinition[],
  logger: WaitingLog,
): Promise<void> {
  const seen = await topicSettings(
    client,
    expected.map(({ name }) => name),
  );
  // Such a user can still run Signet.
  if (seen === undefined) {
    logger.warn({}, 'the settings of the topics cannot be checked: the user of Kafka needs DESCRIBE_CONFIGS on them');
    return;
  }
  const byName = new Map(expected.map((definition) => [definition.name, definition]));
  const names = new KafkaNames(client.prefix);
  const faults = seen.topics.flatMap((topic) => {
    const definition = byName.get(topic.name);
    return definition ? faultsOf(definition, { ...topic, name: names.topic(topic.name) }, seen.brokers) : [];
  });
  for (const { topic, sentence } of faults) logger.warn({ topic }, sentence);
  const fatal = faults.filter(({ losesData }) => losesData);
  if (fatal.length > 0) throw new StartRefusedError(fatal.map(({ sentence }) => sentence).join(' '));
}
