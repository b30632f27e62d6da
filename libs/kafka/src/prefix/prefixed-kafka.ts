import type { Admin, Consumer, ConsumerConfig, Kafka, Producer, ProducerConfig } from 'kafkajs';
import { countRequest } from '../connection/request-counts.ts';
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
  const adminOf = (): Admin => {
    const admin = kafka.admin();
    admin.on(admin.events.REQUEST, countRequest);
    return admin;
  };
  const consumerOf = (config: ConsumerConfig): Consumer => {
    const consumer = stoppable(kafka.consumer(config), kafka);
    consumer.on(consumer.events.REQUEST, countRequest);
    return consumer;
  };
  const producerOf = (config?: ProducerConfig): Producer => {
    const producer = kafka.producer(config);
    producer.on(producer.events.REQUEST, countRequest);
    return producer;
  };
  if (names.prefix === '') return { admin: adminOf, consumer: consumerOf, producer: producerOf };
  return {
    admin: () => prefixedAdmin(adminOf(), names),
    consumer: (config) => prefixedConsumer(consumerOf({ ...config, groupId: names.group(config.groupId) }), names),
    producer: (config) => prefixedProducer(producerOf(config), names),
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
