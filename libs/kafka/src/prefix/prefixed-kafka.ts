import type { Consumer, ConsumerConfig, Kafka, Producer, ProducerConfig } from 'kafkajs';
import { endFetches } from '../consuming/patient-fetch.ts';
import type { KafkaNames } from './names.ts';
import { prefixedAdmin } from './prefixed-admin.ts';
import type { KafkaAdmin } from './prefixed-admin.ts';
import { prefixedConsumer } from './prefixed-consumer.ts';
import type { KafkaConsumer } from './prefixed-consumer.ts';

export type KafkaProducer = Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'>;

/**
 * kafkajs in names without the prefix. It has only methods whose topic and group names are translated. To use another method of
 * kafkajs, first add it to `prefixed-admin.ts` or `prefixed-consumer.ts`.
 */
export interface NamedKafka {
  admin(): KafkaAdmin;
  consumer(config: ConsumerConfig): KafkaConsumer;
  producer(config?: ProducerConfig): KafkaProducer;
}

export function prefixedKafka(kafka: Kafka, names: KafkaNames): NamedKafka {
  const consumerOf = (config: ConsumerConfig): Consumer => stoppable(kafka.consumer(config), kafka);
  if (names.prefix === '')
    return { admin: () => kafka.admin(), consumer: consumerOf, producer: (config) => kafka.producer(config) };
  return {
    admin: () => prefixedAdmin(kafka.admin(), names),
    consumer: (config) => prefixedConsumer(consumerOf({ ...config, groupId: names.group(config.groupId) }), names),
    producer: (config) => prefixedProducer(kafka.producer(config), names),
  };
}

/** The consumer, which does not wait at its end until Kafka has answered its last fetch. */
const stoppable = (consumer: Consumer, kafka: Kafka): Consumer => ({
  ...consumer,
  disconnect: () => {
    const disconnected = consumer.disconnect();
    endFetches(kafka.logger());
    return disconnected;
  },
});

const prefixedProducer = (producer: Producer, { topic }: KafkaNames): KafkaProducer => ({
  connect: () => producer.connect(),
  disconnect: () => producer.disconnect(),
  sendBatch: ({ topicMessages = [], ...batch }) =>
    producer.sendBatch({ ...batch, topicMessages: topicMessages.map((one) => ({ ...one, topic: topic(one.topic) })) }),
});
