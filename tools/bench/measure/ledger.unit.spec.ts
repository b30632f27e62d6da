import { describe, expect, test } from '@jest/globals';
import { reconcile } from './ledger.ts';
import type { ArrivalColumns } from '../receiver/arrivals.ts';

const sent = (id: string, acceptedAt: number | undefined = 1_000) => ({ id, intendedAt: 0, acceptedAt });
const book = (entries: Record<string, { first: number; requests?: number }>): ArrivalColumns => ({
  ids: Object.keys(entries),
  first: Object.values(entries).map(({ first }) => first),
  last: Object.values(entries).map(({ first }) => first),
  requests: Object.values(entries).map(({ requests = 1 }) => requests),
});

describe('the messages sent, compared with the arrivals', () => {
  test('once, repeated and missing, at each path', () => {
    const arrivals = new Map([
      ['/ok/1', book({ a: { first: 5_000 }, b: { first: 9_000, requests: 3 } })],
      ['/ok/2', book({ a: { first: 7_000 } })],
    ]);
    const { ledger, latencies, lastArrivalAt } = reconcile([sent('a'), sent('b')], ['/ok/1', '/ok/2'], arrivals);
    expect(ledger).toEqual({ sent: 2, accepted: 2, expected: 4, once: 2, repeated: 1, missing: 1 });
    expect(latencies).toEqual([5, 9, 7]);
    expect(lastArrivalAt).toBe(9_000);
  });

  test('a message that was not accepted is not owed, but its delivery counts', () => {
    const refused = { id: 'r', intendedAt: 0, acceptedAt: undefined };
    const nothing = reconcile([refused], ['/ok/1'], new Map());
    expect(nothing.ledger).toEqual({ sent: 1, accepted: 0, expected: 0, once: 0, repeated: 0, missing: 0 });
    const came = reconcile([refused], ['/ok/1'], new Map([['/ok/1', book({ r: { first: 1 } })]]));
    expect(came.ledger).toMatchObject({ expected: 0, once: 1, missing: 0 });
  });

  test('arrivals of messages that this scenario did not send are left out', () => {
    const arrivals = new Map([['/ok/1', book({ probe: { first: 99_000 }, a: { first: 5_000 } })]]);
    const { ledger, lastArrivalAt } = reconcile([sent('a')], ['/ok/1'], arrivals);
    expect(ledger).toMatchObject({ once: 1, missing: 0 });
    expect(lastArrivalAt).toBe(5_000);
  });

  test('nothing came at all', () => {
    const { ledger, lastArrivalAt } = reconcile([sent('a')], ['/ok/1'], new Map());
    expect(ledger.missing).toBe(1);
    expect(lastArrivalAt).toBeNaN();
  });
});
