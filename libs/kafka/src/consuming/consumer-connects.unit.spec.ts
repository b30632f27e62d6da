import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { silentLogger } from '../connection/client.ts';
import { consumerConnects } from './consumer-connects.ts';

const away = new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED', { broker: 'kafka:9092', code: 'ECONNREFUSED' });
/** The error of kafkajs after it has tried for a minute. */
const givenUp = new kafkajs.KafkaJSNumberOfRetriesExceeded(away, { retryCount: 30, retryTime: 2_000 });
/** The constructor needs a message, but its TypeScript type has no parameter for one. */
const SaslError = kafkajs.KafkaJSSASLAuthenticationError as unknown as new (message: string) => Error;
const refused = new SaslError('wrong password');
const noTopic = new kafkajs.KafkaJSProtocolError({
  name: 'KafkaJSProtocolError',
  message: 'no such topic',
  type: 'UNKNOWN_TOPIC_OR_PARTITION',
  code: 3,
  retriable: true,
} as never);

/** A consumer whose calls fail with these errors, one after the other; undefined: the call succeeds. */
function consumerOf(connects: readonly unknown[], subscribes: readonly unknown[] = []) {
  const tried: string[] = [];
  const next = (what: string, failures: unknown[]) => async (): Promise<void> => {
    tried.push(what);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  };
  return { tried, connect: next('connect', [...connects]), subscribe: next('subscribe', [...subscribes]) };
}
const connecting = (consumer: ReturnType<typeof consumerOf>, signal = new AbortController().signal) =>
  consumerConnects(consumer, { topics: ['topic'], groupId: 'group', signal, logger: silentLogger, pauseMs: 1 });

test('a consumer waits for a Kafka that goes away before the group is joined, longer than kafkajs does', async () => {
  const consumer = consumerOf([givenUp, away, undefined, givenUp], [givenUp]);
  await connecting(consumer);
  expect(consumer.tried).toEqual(['connect', 'connect', 'connect', 'subscribe', 'connect', 'connect', 'subscribe']);
});

test.each([
  ['a refusal', consumerOf([refused]), refused],
  ['a topic that is not there', consumerOf([], [noTopic]), noTopic],
])('%s is reported at once', async (_what, consumer, error) => {
  await expect(connecting(consumer)).rejects.toBe(error);
});

test('a consumer that is closed waits no longer', async () => {
  const closing = new AbortController();
  const consumer = consumerOf(Array(3).fill(givenUp));
  const { connect } = consumer;
  const ended = connecting(
    {
      ...consumer,
      connect: () => {
        if (consumer.tried.length === 1) closing.abort();
        return connect();
      },
    },
    closing.signal,
  );
  await expect(ended).rejects.toBe(givenUp);
  expect(consumer.tried).toEqual(['connect', 'connect']);
});
