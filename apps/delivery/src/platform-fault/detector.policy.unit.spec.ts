import { expect, test } from '@jest/globals';
import {
  canBeFound,
  clearingStep,
  doesAnyStillFail,
  haveProbesSucceeded,
  isPlatformFault,
  latestPasses,
  passesSince,
  rampLimit,
  tallyOf,
  withProbe,
} from './detector.policy.ts';
import type { HostRecord } from './detector.policy.ts';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;
const NEVER = Number.NEGATIVE_INFINITY;
const RULES = { minHosts: 5, minTenants: 3, memoryMs: 60 * MINUTE, windowMs: MINUTE };
const NO_PASSES = { resolve: NEVER, connect: NEVER, secure: NEVER, answer: NEVER };

const host = (n: number, fields: Partial<HostRecord> = {}): HostRecord => ({
  host: `host-${n}`,
  tenants: new Set([`tenant-${n % 3}`]),
  answeredAt: NOW - 10 * MINUTE,
  failedAt: NEVER,
  passedAt: NO_PASSES,
  ...fields,
});
const many = (count: number, fields: Partial<HostRecord> = {}, first = 0): HostRecord[] =>
  Array.from({ length: count }, (_, n) => host(first + n, fields));
const failing = { failedAt: NOW - 1_000 };
const answering = { answeredAt: NOW - 1_000 };
const isFault = (hosts: HostRecord[]): boolean => isPlatformFault(tallyOf(hosts, RULES, NOW), RULES);

test.each([
  ['five of five fail', many(5, failing), true],
  ['four of four fail', many(4, failing), false],
  ['30 of 50 fail', [...many(30, failing), ...many(20, answering, 30)], true],
  ['25 of 50 fail', [...many(25, failing), ...many(25, answering, 25)], false],
  ['3 of 50 fail', [...many(3, failing), ...many(47, answering, 3)], false],
  ['those not tried lately say nothing', [...many(6, failing), ...many(94, {}, 6)], true],
  ['all are of two tenants', many(9, { ...failing, tenants: new Set(['a', 'b']) }), false],
  ['they never answered before', many(9, { ...failing, answeredAt: NEVER }), false],
  ['they answered more than an hour ago', many(9, { ...failing, answeredAt: NOW - 61 * MINUTE }), false],
  ['they failed more than a minute ago', many(9, { failedAt: NOW - MINUTE - 1 }), false],
  ['they have answered since', many(9, { failedAt: NOW - 2_000, answeredAt: NOW - 1_000 }), false],
])('%s: a fault of the platform? %#', (_what, hosts, expected) => expect(isFault(hosts)).toBe(expected));

test('a verdict cannot come while too few hosts are known, so that nothing need wait', () => {
  expect(canBeFound(tallyOf(many(4), RULES, NOW), RULES)).toBe(false);
  expect(canBeFound(tallyOf(many(5), RULES, NOW), RULES)).toBe(true);
  expect(canBeFound(tallyOf(many(5, { tenants: new Set(['a']) }), RULES, NOW), RULES)).toBe(false);
});

test('other hosts that passed the same step afterwards are counted, and its own host is not', () => {
  const passed = (at: number) => ({ passedAt: { ...NO_PASSES, connect: at } });
  const hosts = [host(1, passed(NOW)), host(2, passed(NOW - 5)), host(3, passed(NOW - 20)), host(4)];
  const latest = latestPasses(hosts);
  expect(passesSince(latest, 'connect', NOW - 10, 'host-9')).toBe(2);
  expect(passesSince(latest, 'connect', NOW - 10, 'host-1')).toBe(1);
  expect(passesSince(latest, 'connect', NOW - 60, null)).toBe(3);
  expect(passesSince(latest, 'resolve', NOW - 60, null)).toBe(0);
});

test('only the latest passes of many hosts are kept', () => {
  const hosts = Array.from({ length: 100 }, (_, n) => host(n, { passedAt: { ...NO_PASSES, answer: (n * 37) % 100 } }));
  expect(latestPasses(hosts).answer.map(({ passedAt }) => passedAt.answer)).toEqual([99, 98, 97, 96]);
});

test('a refused connection shows that packets come back, so that any answer clears the platform', () => {
  expect(clearingStep('connect', 'ECONNREFUSED')).toBe('answer');
  expect(clearingStep('connect', 'ETIMEDOUT')).toBe('connect');
  expect(clearingStep('resolve', 'EAI_AGAIN')).toBe('resolve');
});

test('four answers among the last six probes end a fault', () => {
  const after = (text: string): boolean =>
    haveProbesSucceeded([...text].reduce((probes: readonly boolean[], one) => withProbe(probes, one === '+'), []));
  expect(after('----------+++')).toBe(false);
  expect(after('----------++++')).toBe(true);
  expect(after('++--++')).toBe(true);
  expect(after('++++------')).toBe(false);
});

test('a host that failed in the fault still fails until it answers', () => {
  expect(doesAnyStillFail([host(1, failing)], NOW - MINUTE)).toBe(true);
  expect(doesAnyStillFail([host(1, { ...failing, answeredAt: NOW })], NOW - MINUTE)).toBe(false);
  expect(doesAnyStillFail([host(1, { failedAt: NOW - 2 * MINUTE })], NOW - MINUTE)).toBe(false);
});

test('sending goes up twofold each half second', () => {
  expect([0, 499, 500, 1_000, 5_000].map(rampLimit)).toEqual([1, 1, 2, 4, 1_024]);
});
