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
  const isNamed = names.prefix !== '';
  return {
    admin: () => (isNamed ? prefixedAdmin(kafka.admin(), names) : kafka.admin()),
    consumer: (config) => {
      const consumer = stoppable(kafka.consumer({ ...config, groupId: names.group(config.groupId) }), kafka);
      return isNamed ? prefixedConsumer(consumer, names) : consumer;
    },
    producer: (config) => (isNamed ? prefixedProducer(kafka.producer(config), names) : kafka.producer(config)),
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
