import { describe, expect, test } from '@jest/globals';
import type { Claim } from './installation.policy.ts';
import { ownersOf, reasonAgainstDatabase, reasonAgainstKafka, reasonAgainstPrefix } from './installation.policy.ts';

const claim = (installation: string, topic = 'webhooks'): Claim => ({ topic, installation, isWithdrawn: false });
const withdrawal = (installation: string): Claim => ({ ...claim(installation), isWithdrawn: true });
const owner = (...claims: Claim[]): string | undefined => ownersOf(claims).get('webhooks');

describe('a topic belongs to', () => {
  test.each<[string, Claim[], string | undefined]>([
    ['no installation without a claim', [], undefined],
    ['the only one that claims it', [claim('a')], 'a'],
    ['the first of two that claim it at once', [claim('a'), claim('b')], 'a'],
    ['the first, also when it repeats its claim', [claim('a'), claim('b'), claim('a')], 'a'],
    ['the next one once the first has withdrawn', [claim('a'), claim('b'), withdrawal('a')], 'b'],
    ['no installation once the only one has withdrawn', [claim('a'), withdrawal('a')], undefined],
    [
      'the other one where a claim was withdrawn and made again',
      [claim('a'), withdrawal('a'), claim('b'), claim('a')],
      'b',
    ],
    // Compaction keeps the last record of each key, in its place.
    ['the same after compaction', [claim('a'), withdrawal('b')], 'a'],
  ])('%s', (_what, claims, expected) => expect(owner(...claims)).toBe(expected));

  test('another owner than the topic beside it', () => {
    expect(ownersOf([claim('a', 'webhooks'), claim('b', 'tenants')])).toEqual(
      new Map([
        ['webhooks', 'a'],
        ['tenants', 'b'],
      ]),
    );
  });
});

test('a sentence names both installations and says what to do', () => {
  const kafka = reasonAgainstKafka(ownersOf([claim('a'), claim('a', 'tenants')]), 'b');
  expect(kafka).toBe(
    'This Kafka belongs to the installation "a", as a record on webhooks says, but SIGNET_INSTALLATION is "b": ' +
      'set SIGNET_KAFKA_BROKERS to a Kafka of its own for "b", or SIGNET_PREFIX to a prefix of its own, or, if both are the same installation, set SIGNET_INSTALLATION to "a".',
  );
  expect(reasonAgainstDatabase('a', 'b')).toBe(
    'This database belongs to the installation "a", but SIGNET_INSTALLATION is "b": ' +
      'set SIGNET_DATABASE_URL to a database of its own for "b", or, if both are the same installation, set SIGNET_INSTALLATION to "a".',
  );
});

test('its own servers, and servers without an installation yet, are no reason', () => {
  expect(reasonAgainstKafka(ownersOf([claim('a')]), 'a')).toBeUndefined();
  expect(reasonAgainstKafka(new Map(), 'a')).toBeUndefined();
  expect(reasonAgainstDatabase('a', 'a')).toBeUndefined();
  expect(reasonAgainstDatabase(undefined, 'a')).toBeUndefined();
});

test('another prefix than before is named with the way back and the way on', () => {
  expect(reasonAgainstPrefix('', 'acme.', 'registry')).toBe(
    'This database was used with the SIGNET_PREFIX "", and now SIGNET_PREFIX is "acme.": no service ' +
      'would read the records on Kafka under the former names. Set SIGNET_PREFIX to "", or, to begin anew on Kafka, run in PostgreSQL: ' +
      "update registry.installation set prefix = 'acme.'",
  );
  expect(reasonAgainstPrefix('acme.', 'acme.', 'registry')).toBeUndefined();
  expect(reasonAgainstPrefix(null, 'acme.', 'registry')).toBeUndefined();
});
