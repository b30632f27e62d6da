import type { ConsumerConfig, Kafka, Producer, ProducerConfig } from 'kafkajs';
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
  if (names.prefix === '') return kafka;
  return {
    admin: () => prefixedAdmin(kafka.admin(), names),
    consumer: (config) => prefixedConsumer(kafka.consumer({ ...config, groupId: names.group(config.groupId) }), names),
    producer: (config) => prefixedProducer(kafka.producer(config), names),
  };
}

const prefixedProducer = (producer: Producer, { topic }: KafkaNames): KafkaProducer => ({
  connect: () => producer.connect(),
  disconnect: () => producer.disconnect(),
  sendBatch: ({ topicMessages = [], ...batch }) =>
    producer.sendBatch({ ...batch, topicMessages: topicMessages.map((one) => ({ ...one, topic: topic(one.topic) })) }),
});
