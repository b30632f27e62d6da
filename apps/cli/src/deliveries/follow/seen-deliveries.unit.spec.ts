import { expect, test } from '@jest/globals';
import type { Delivery } from '../../api/openapi.gen.ts';
import { SeenDeliveries } from './seen-deliveries.ts';
import type { Change } from './seen-deliveries.ts';

const FROM = '2026-11-23T20:00:00.000Z';
const BEFORE = '2026-11-23T19:59:50.000Z';
const AFTER = '2026-11-23T20:00:10.000Z';
const FIRST = { isFirst: true, now: 1 };
const LATER = { isFirst: false, now: 2 };

const row = (id: string, sentAt: string | null, attemptCount: number, changes: Partial<Delivery> = {}): Delivery =>
  ({ id, createdAt: sentAt ?? AFTER, sentAt, attemptCount, unspentAttempts: 0, ...changes }) as Delivery;
const shown = (changes: readonly Change[]): string[] =>
  changes.map((change) => `${change.delivery.id} ${change.kind === 'waiting' ? 'waits' : change.count}`);

test('an attempt is reported once, however often it is listed', () => {
  const seen = new SeenDeliveries(FROM);
  expect(shown(seen.changesIn([row('a', AFTER, 1)], FIRST))).toEqual(['a 1']);
  expect(shown(seen.changesIn([row('a', AFTER, 1)], LATER))).toEqual([]);
  expect(shown(seen.changesIn([row('a', AFTER, 2)], LATER))).toEqual(['a 1']);
});

test('several attempts between two looks are all reported; unspent ones count', () => {
  const seen = new SeenDeliveries(FROM);
  seen.changesIn([row('a', AFTER, 1)], FIRST);
  expect(shown(seen.changesIn([row('a', AFTER, 2, { unspentAttempts: 2 })], LATER))).toEqual(['a 3']);
});

test('the first look passes over what came before; what ends later is reported', () => {
  const seen = new SeenDeliveries(FROM);
  expect(shown(seen.changesIn([row('old', BEFORE, 1)], FIRST))).toEqual([]);
  expect(shown(seen.changesIn([row('old', AFTER, 2), row('slow', BEFORE, 1)], LATER))).toEqual(['slow 1', 'old 1']);
});

test('of an older delivery that was never listed only the last attempt is new', () => {
  const seen = new SeenDeliveries(FROM);
  seen.changesIn([], FIRST);
  expect(shown(seen.changesIn([row('old', AFTER, 4, { createdAt: BEFORE })], LATER))).toEqual(['old 1']);
});

test('a delivery that waits is reported, and then its attempts', () => {
  const seen = new SeenDeliveries(FROM);
  expect(shown(seen.changesIn([row('a', null, 0)], FIRST))).toEqual(['a waits']);
  expect(shown(seen.changesIn([row('a', null, 0)], LATER))).toEqual([]);
  expect(shown(seen.changesIn([row('a', AFTER, 1)], LATER))).toEqual(['a 1']);
});

test('an outdated row, of a list that was read earlier, takes nothing back', () => {
  const seen = new SeenDeliveries(FROM);
  seen.changesIn([row('a', AFTER, 2)], FIRST);
  expect(shown(seen.changesIn([row('a', AFTER, 1), row('a', AFTER, 2)], LATER))).toEqual([]);
});

test('of a delivery that was forgotten, a late retry is one attempt and not all of them again', () => {
  const seen = new SeenDeliveries(FROM);
  seen.changesIn([row('a', AFTER, 2)], FIRST);
  seen.forgetBefore(Date.parse('2026-11-23T20:10:00Z'));
  const retried = row('a', '2026-11-23T20:30:00.000Z', 3, { createdAt: AFTER });
  expect(shown(seen.changesIn([retried], LATER))).toEqual(['a 1']);
});

test('what no list has had for long is forgotten', () => {
  const seen = new SeenDeliveries(FROM);
  seen.changesIn([row('a', AFTER, 1)], FIRST);
  seen.changesIn([row('b', AFTER, 1)], LATER);
  seen.forgetBefore(LATER.now);
  expect(seen.size).toBe(1);
});
