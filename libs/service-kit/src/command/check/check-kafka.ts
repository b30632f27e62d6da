import { INSTALLATION_TOPICS } from '@signet/contracts';
import type { TopicDefinition } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { KafkaNames } from '@signet/kafka';
import { compareWithKafka } from '../../installation/kafka-installation.ts';
import { topicFaults } from '../../topics/check-topics.ts';
import type { Checked } from './checked.ts';
import { checked, fault, ok, warning } from './checked.ts';
import { notAllowedSentence, userOf } from './not-allowed.policy.ts';

export interface KafkaCheck {
  readonly kafka: KafkaClientOptions;
  readonly installation: string;
  /** The topics that the service uses, its own and those of other services. */
  readonly topics: readonly TopicDefinition[];
}

/** Checks what a service needs from Kafka, which was reachable a moment ago. It changes nothing. */
export async function checkKafka({ kafka, installation, topics }: KafkaCheck): Promise<Checked[]> {
  const owner = await checked(
    'kafka',
    async () => {
      const unclaimed = await compareWithKafka(kafka, installation);
      return unclaimed.length === 0
        ? [ok('kafka', `Kafka lets us in, and belongs to the installation "${installation}".`)]
        : [warning('kafka', `Kafka lets us in. The registry has not claimed ${unclaimed.join(', ')} yet.`)];
    },
    (error) => notAllowedSentence(error, kafka, INSTALLATION_TOPICS),
  );
  return [...owner, ...(await checkedTopics(kafka, topics))];
}

async function checkedTopics(kafka: KafkaClientOptions, topics: readonly TopicDefinition[]): Promise<Checked[]> {
  const seen = await topicFaults(kafka, topics);
  const names = new KafkaNames(kafka.prefix);
  if (seen === undefined) {
    const all = topics.map(({ name }) => names.topic(name)).join(', ');
    return [warning('topics', `${userOf(kafka)} needs DESCRIBE_CONFIGS, for this check alone, on ${all}.`)];
  }
  // Kafka does not show a topic to a user without any right on it.
  const hidden = kafka.security?.sasl || kafka.security?.tls?.cert ? `, or ${userOf(kafka)} may not see it` : '';
  const found = [
    ...seen.missing.map((name) => fault('topics', `The topic ${names.topic(name)} is not there${hidden}.`)),
    ...seen.faults.map(({ sentence, losesData }) => (losesData ? fault : warning)('topics', sentence)),
  ];
  return found.length > 0 ? found : [ok('topics', `${topics.length} topics are there, set up as Signet expects.`)];
}
