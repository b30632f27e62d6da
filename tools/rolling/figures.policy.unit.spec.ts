import { expect, test } from '@jest/globals';
import type { RequestMade } from './load/caller.ts';
import { brokenPromises, figuresOf, requestsIn, spanAt, UNDISTURBED } from './figures.policy.ts';
import type { Found } from './figures.policy.ts';

const SPANS = [
  { name: 'registry', from: 100, to: 200 },
  { name: 'delivery', from: 250, to: 300 },
];

const request = (at: number, ms: number, verdict: RequestMade['verdict'] = 'done'): RequestMade => ({
  kind: 'events',
  at,
  ms,
  verdict,
  note: undefined,
});

test('a request belongs to the roll-out in which it should have been sent', () => {
  expect([99, 100, 199, 200, 260, 300].map((at) => spanAt(SPANS, at))).toEqual([
    UNDISTURBED,
    'registry',
    'registry',
    UNDISTURBED,
    'delivery',
    UNDISTURBED,
  ]);
  const requests = [request(50, 1), request(150, 2), request(260, 3)];
  expect(requestsIn(requests, SPANS, 'registry').map(({ ms }) => ms)).toEqual([2]);
  expect(requestsIn(requests, SPANS, UNDISTURBED).map(({ ms }) => ms)).toEqual([1]);
});

test('each verdict is counted, and only a request that was done has a latency', () => {
  const requests = [
    ...Array.from({ length: 99 }, () => request(0, 5)),
    request(0, 80),
    request(0, 9_000, 'told to come again'),
    request(0, 9_000, 'refused'),
    request(0, 20_000, 'broken'),
    { ...request(0, 7), kind: 'reads' as const },
  ];
  expect(figuresOf(requests)).toEqual({
    requests: 104,
    toldToComeAgain: 1,
    refused: 1,
    broken: 1,
    latency: {
      events: { p50: 5, p99: 5 },
      reads: { p50: 7, p99: 7 },
      changes: { p50: Number.NaN, p99: Number.NaN },
    },
  });
});

const KEPT: Found = {
  figures: { refused: 0, broken: 0 },
  missing: 0,
  repeated: 0,
  notTaken: 0,
  undelivered: 0,
  changesLost: 0,
  endings: ['exit code 0', 'exit code 0'],
  processesLost: 0,
};

test('where every promise was kept, there is no sentence', () => {
  expect(brokenPromises(KEPT)).toEqual([]);
});

test.each<[Partial<Found>, string]>([
  [{ figures: { refused: 2, broken: 0 } }, '2 requests were refused without Retry-After'],
  [{ figures: { refused: 0, broken: 1 } }, '1 requests got no answer'],
  [{ missing: 3 }, '3 deliveries of accepted messages are missing'],
  [{ repeated: 1 }, '1 deliveries came more than once'],
  [{ notTaken: 1 }, '1 messages were never taken'],
  [{ undelivered: 4 }, '4 deliveries have not succeeded in PostgreSQL'],
  [{ changesLost: 1 }, '1 accepted changes are lost'],
  [{ endings: ['exit code 0', 'SIGKILL'] }, '1 replicas did not end in order (SIGKILL)'],
  [{ processesLost: 1 }, '1 replicas ended by themselves'],
])('%j gives a sentence', (found, sentence) => {
  expect(brokenPromises({ ...KEPT, ...found })).toEqual([sentence]);
});
