import { expect, test } from '@jest/globals';
import { isRefusedForGood, refusedSentence, unreachableSentence } from './unreachable.policy.ts';

const coded = (message: string, about: object): Error => Object.assign(new Error(message), about);
const sentence = (error: unknown): string => unreachableSentence('Kafka', 'SIGNET_KAFKA_BROKERS', 60_000, error);

test('a server that does not answer is named with the setting that says where it is', () => {
  expect(sentence(new AggregateError([new Error('a:1: ECONNREFUSED'), new Error('b:1: ETIMEDOUT')]))).toBe(
    'Kafka could not be reached within 60 s: a:1: ECONNREFUSED; b:1: ETIMEDOUT. Check SIGNET_KAFKA_BROKERS.',
  );
});

test.each([
  ['by itself', coded('Not authorized', { type: 'TOPIC_AUTHORIZATION_FAILED' })],
  [
    'as a cause',
    new Error('No acknowledgement', { cause: coded('Not authorized', { type: 'GROUP_AUTHORIZATION_FAILED' }) }),
  ],
  [
    'of many topics',
    coded('Topic creation errors', { errors: [coded('Not authorized', { type: 'TOPIC_AUTHORIZATION_FAILED' })] }),
  ],
])('a right that is missing, told %s, names the ACLs, and is waited for', (_, error) => {
  expect(sentence(error)).toMatch(
    /^Kafka did not allow within 60 s what Signet needs: .*\. Check the ACLs of its user/,
  );
  expect(isRefusedForGood(error)).toBe(false);
});

test('an error that is the same for many topics is said once', () => {
  const errors = ['one', 'two'].map(() => coded('Not authorized', { type: 'TOPIC_AUTHORIZATION_FAILED' }));
  expect(sentence(coded('Topic creation errors', { errors })).match(/Not authorized/g)).toHaveLength(1);
});

test.each([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
])('%s is a certificate of ours that is refused for good', (code) => {
  const error = coded('alert', { code });
  expect(isRefusedForGood(error)).toBe(true);
  expect(refusedSentence('Kafka', 'SIGNET_KAFKA_BROKERS', error)).toBe(
    'Kafka refuses the certificate of SIGNET_KAFKA_CERT: alert.',
  );
  expect(refusedSentence('PostgreSQL', 'SIGNET_DATABASE_URL', error)).toContain('SIGNET_DATABASE_CERT');
});

test('a handshake that fails for another reason may succeed later', () => {
  expect(isRefusedForGood(coded('alert', { code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' }))).toBe(false);
});
