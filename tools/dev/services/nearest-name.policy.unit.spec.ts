import { expect, test } from '@jest/globals';
import { nearestName } from './nearest-name.policy.ts';

const KNOWN = ['SIGNET_RETENTION', 'SIGNET_RATE_LIMIT', 'SIGNET_KAFKA_BROKERS', 'SIGNET_DATABASE_URL'];

test.each([
  ['a letter that is missing', 'SIGNET_RETENTON', 'SIGNET_RETENTION'],
  ['a letter that is too many', 'SIGNET_RATE_LIMITS', 'SIGNET_RATE_LIMIT'],
  ['two letters in the wrong order', 'SIGNET_KAFAK_BROKERS', 'SIGNET_KAFKA_BROKERS'],
  ['a word that is missing', 'SIGNET_KAFKA', undefined],
  ['another thing', 'SIGNET_COLOUR', undefined],
])('%s: %s is %s', (_, name, meant) => expect(nearestName(name, KNOWN)).toBe(meant));
