import type { Batch, Consumer } from 'kafkajs';
import type { KafkaNames } from './names.ts';

export type KafkaConsumer = Pick<
  Consumer,
  | 'connect'
  | 'disconnect'
  | 'stop'
  | 'subscribe'
  | 'run'
  | 'commitOffsets'
  | 'seek'
  | 'pause'
  | 'resume'
  | 'on'
  | 'events'
>;

/** kafkajs' consumer in names without the prefix; its group's name is given to kafkajs with it. */
export function prefixedConsumer(consumer: Consumer, names: KafkaNames): KafkaConsumer {
  const ours = <T extends { topic: string }>(one: T): T => ({ ...one, topic: names.topic(one.topic) });
  const nameOf = (topic: string): string => names.topicOf(topic) ?? topic;
  return {
    events: consumer.events,
    connect: () => consumer.connect(),
    disconnect: () => consumer.disconnect(),
    stop: () => consumer.stop(),
    subscribe: (subscription) =>
      consumer.subscribe(
        'topics' in subscription
          ? { ...subscription, topics: subscription.topics.map((one) => onKafka(one, names)) }
          : { ...subscription, topic: onKafka(subscription.topic, names) },
      ),
    run: ({ eachBatch, ...config } = {}) =>
      consumer.run({
        ...config,
        ...(eachBatch && { eachBatch: (payload) => eachBatch({ ...payload, batch: named(payload.batch, nameOf) }) }),
      }),
    commitOffsets: (offsets) => consumer.commitOffsets(offsets.map(ours)),
    seek: (place) => consumer.seek(ours(place)),
    pause: (topics) => consumer.pause(topics.map(ours)),
    resume: (topics) => consumer.resume(topics.map(ours)),
    on: (event: string, listener: (event: never) => void) =>
      consumer.on(event as Consumer['events']['GROUP_JOIN'], (told) => listener(inOurNames(told, nameOf) as never)),
  };
}

const onKafka = (topic: string | RegExp, names: KafkaNames): string | RegExp =>
  typeof topic === 'string' ? names.topic(topic) : topic;

/** The same batch with another topic name, as an object of its own: kafkajs goes on with the original one. */
const named = (batch: Batch, nameOf: (topic: string) => string): Batch =>
  Object.create(batch, { topic: { value: nameOf(batch.topic), enumerable: true } }) as Batch;

/** An event of a consumer in our names: some events have a topic, and GROUP_JOIN has the topics of the assignment. */
function inOurNames(event: object, nameOf: (topic: string) => string): object {
  const { payload } = event as { payload?: { topic?: string; memberAssignment?: Record<string, number[]> } };
  if (payload?.topic !== undefined) return { ...event, payload: { ...payload, topic: nameOf(payload.topic) } };
  if (payload?.memberAssignment === undefined) return event;
  const memberAssignment = Object.fromEntries(
    Object.entries(payload.memberAssignment).map(([topic, partitions]) => [nameOf(topic), partitions]),
  );
  return { ...event, payload: { ...payload, memberAssignment } };
}
