import { expect, test } from '@jest/globals';
import type { EgressFailure } from '@signet/egress';
import { seenAttempt } from './seen-attempt.ts';

const attempted = { host: 'shop.example', webhookId: 'w', tenantId: 't', startedAt: 10_000, endedAt: 10_005 };
const failed: EgressFailure = {
  kind: 'failure',
  url: 'https://shop.example/',
  errorClass: 'dns',
  message: 'The host name could not be resolved (EAI_AGAIN).',
  address: null,
  timings: { dnsMs: 0, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 5 },
  retriedStaleConnection: false,
  resolvedAt: null,
  lookupBegunAt: null,
  causes: [{ stage: 'resolving', code: 'EAI_AGAIN', address: null }],
};

test('a failed lookup that was begun for another attempt is as old as that', () => {
  expect(seenAttempt(attempted, { ...failed, lookupBegunAt: 9_100 })).toMatchObject({
    startedAt: 9_100,
    endedAt: 10_005,
    failure: { step: 'resolve' },
  });
});

test('a lookup of its own began with the attempt, or a moment later', () => {
  expect(seenAttempt(attempted, { ...failed, lookupBegunAt: 10_001 })).toMatchObject({ startedAt: 10_000 });
});

test('a failure behind the lookup is as old as the attempt', () => {
  const causes = [{ stage: 'tcp', code: 'ECONNREFUSED', address: '203.0.113.7' }] as const;
  expect(seenAttempt(attempted, { ...failed, errorClass: 'connect', causes })).toMatchObject({
    startedAt: 10_000,
    failure: { step: 'connect' },
  });
});
