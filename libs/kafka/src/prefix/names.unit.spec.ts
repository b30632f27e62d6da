import { expect, test } from '@jest/globals';
import { DELIVERY_REQUESTS, TOPICS } from '@signet/contracts';
import { KafkaNames, LONGEST_PREFIX } from './names.ts';

const acme = new KafkaNames('acme.');

test.each([
  [DELIVERY_REQUESTS, 'acme.delivery.requests.v1'],
  ['shop.sale', 'shop.sale'],
  ['acme.delivery.requests.v1', 'acme.delivery.requests.v1'],
])('the topic %s is %s on Kafka', (name, onKafka) => expect(acme.topic(name)).toBe(onKafka));

test.each([
  ['acme.delivery.requests.v1', DELIVERY_REQUESTS],
  ['shop.sale', 'shop.sale'],
  // A topic of an installation without a prefix: in our code its name means our own topic.
  [DELIVERY_REQUESTS, undefined],
  ['other.delivery.requests.v1', 'other.delivery.requests.v1'],
])('%s on Kafka is %s to us', (onKafka, name) => expect(acme.topicOf(onKafka)).toBe(name));

test('every topic of ours comes back under its name', () => {
  const names = TOPICS.map(({ name }) => name);
  expect(acme.topics(names).map(acme.topicOf)).toEqual(names);
});

test('groups have the prefix, and groups without it are not of this installation', () => {
  expect(acme.group('signet.registry')).toBe('acme.signet.registry');
  expect(acme.groupOf('acme.signet.registry')).toBe('signet.registry');
  expect(acme.groupOf('signet.registry')).toBeUndefined();
});

test('without a prefix every name stays unchanged', () => {
  const names = new KafkaNames('');
  for (const name of [DELIVERY_REQUESTS, 'shop.sale'])
    expect([names.topic(name), names.topicOf(name), names.group(name), names.groupOf(name)]).toEqual(
      Array.from({ length: 4 }, () => name),
    );
});

test('the longest prefix leaves room for the longest topic', () => {
  const longest = Math.max(...TOPICS.map(({ name }) => name.length));
  expect(LONGEST_PREFIX + longest).toBe(249);
});
