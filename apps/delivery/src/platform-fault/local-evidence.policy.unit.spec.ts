import { expect, test } from '@jest/globals';
import { LOCAL_ERRORS, localEvidence } from './local-evidence.policy.ts';
import type { Step, TransportFailure } from './seen-attempt.ts';

const STAGE = { resolve: 'resolving', connect: 'tcp', secure: 'tls', answer: 'waiting' } as const;
const failure = (
  step: Step,
  ...causes: (readonly [code: string | null, address: string | null])[]
): TransportFailure => ({
  step,
  causes: causes.map(([code, address]) => ({ stage: STAGE[step], code, address })),
});
const V4 = '203.0.113.7';
const V6 = '2001:db8::7';

test.each([
  ['connect', 'EMFILE', 'file_handles', 'sure'],
  ['resolve', 'ENFILE', 'file_handles', 'sure'],
  ['connect', 'ENOBUFS', 'memory', 'sure'],
  ['connect', 'EADDRNOTAVAIL', 'ports', 'sure'],
  ['connect', 'EINVAL', 'route', 'sure'],
  ['connect', 'EPERM', 'firewall', 'sure'],
  ['connect', 'ENETUNREACH', 'route', 'unless_others_pass'],
  ['connect', 'EHOSTUNREACH', 'route', 'unless_others_pass'],
  ['resolve', 'EAI_AGAIN', 'resolver', 'unless_others_pass'],
  ['resolve', 'ETIMEOUT', 'resolver', 'unless_others_pass'],
  ['resolve', 'ECONNREFUSED', 'resolver', 'unless_others_pass'],
  ['resolve', null, 'resolver', 'unless_others_pass'],
] as const)('%s %s is evidence: %s, %s', (step, code, evidence, proof) => {
  expect(localEvidence(failure(step, [code, V4]), true)).toEqual({ evidence, proof });
});

test.each([
  ['connect', 'ECONNREFUSED'],
  ['connect', null],
  ['resolve', 'ENOTFOUND'],
  ['secure', 'CERT_HAS_EXPIRED'],
  ['secure', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['answer', 'ECONNRESET'],
] as const)('%s %s says nothing about our own machine', (step, code) => {
  expect(localEvidence(failure(step, [code, V4]), true)).toBeNull();
});

test('an unknown issuer is ours where our certificates could not be loaded', () => {
  const unknown = failure('secure', ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', V4]);
  expect(localEvidence(unknown, false)).toEqual({ evidence: 'trust_store', proof: 'sure' });
});

test('a machine without IPv6 is no evidence, neither alone nor beside an address that refused', () => {
  expect(localEvidence(failure('connect', ['ENETUNREACH', V6]), true)).toBeNull();
  expect(localEvidence(failure('connect', ['ECONNREFUSED', V4], ['ENETUNREACH', V6]), true)).toBeNull();
  expect(localEvidence(failure('connect', ['EMFILE', V4], ['ENETUNREACH', V6]), true)?.evidence).toBe('file_handles');
});

test('one address that a network refused is evidence about the receiver, and the weaker proof counts', () => {
  expect(localEvidence(failure('connect', ['EMFILE', V4], ['ECONNREFUSED', V4]), true)).toBeNull();
  expect(localEvidence(failure('connect', ['EMFILE', V4], ['EHOSTUNREACH', V4]), true)?.proof).toBe(
    'unless_others_pass',
  );
});

test('each row has a reason', () => {
  for (const { reason } of LOCAL_ERRORS) expect(reason.length).toBeGreaterThan(20);
});
