import { expect, test } from '@jest/globals';
import { notAllowedSentence } from './not-allowed.policy.ts';

const sasl = { mechanism: 'SCRAM-SHA-512', username: 'jane', password: 'secret' } as const;
const client = { brokers: [], clientId: 'registry.check', prefix: 'acme.', security: { sasl } };
/** As kafkajs wraps what a broker says. */
const refused = (type: string): Error =>
  new Error('No answer', { cause: Object.assign(new Error('Not authorized'), { type }) });
const sentenceFor = (error: unknown) => notAllowedSentence(error, client, ['registry.webhooks.v1', 'shop.sale']);

test('a right that is missing is named with the user and, as Kafka has it, the name that it is for', () => {
  expect(sentenceFor(refused('GROUP_AUTHORIZATION_FAILED'))).toMatch(
    /^The user "jane" of Kafka needs READ and DELETE on the groups acme\.registry\.check\*: /,
  );
  expect(sentenceFor(refused('TOPIC_AUTHORIZATION_FAILED'))).toMatch(
    /^The user "jane" of Kafka needs READ on each of the topics acme\.registry\.webhooks\.v1, shop\.sale: /,
  );
  expect(sentenceFor(refused('CLUSTER_AUTHORIZATION_FAILED'))).toMatch(/^The user "jane" of Kafka is not allowed/);
});

test('kafkajs hides that a group is not allowed, and says that it has no coordinator', () => {
  const error = Object.assign(new Error('Failed to find group coordinator'), {
    name: 'KafkaJSGroupCoordinatorNotFound',
  });
  expect(sentenceFor(error)).toBe(sentenceFor(refused('GROUP_AUTHORIZATION_FAILED')));
});

test('another error is not about a missing right, and no sentence has a password', () => {
  expect(sentenceFor(refused('NOT_LEADER_FOR_PARTITION'))).toBeUndefined();
  expect(sentenceFor(new Error('oops'))).toBeUndefined();
  expect(sentenceFor(refused('GROUP_AUTHORIZATION_FAILED'))).not.toContain('secret');
});
