import { expect, test } from '@jest/globals';
import { isCrowding, overflowOf } from './overflow.policy.ts';
import type { WebhookLoad } from './overflow.policy.ts';

const ROUND_MS = 250;
/** A webhook without a limit or an order of its own, whose last attempt has just ended. */
const BUSY: WebhookLoad = {
  sinceProgressMs: 10,
  waiting: 100_000,
  behindOthers: 0,
  perSecond: Number.POSITIVE_INFINITY,
  attemptMs: 20,
};

test.each<[string, Partial<WebhookLoad>, { rounds: number; isOverShare?: boolean }, string]>([
  ['a busy webhook keeps its deliveries in memory', {}, { rounds: 79 }, 'none'],
  ['after eighty rounds the offsets wait for nothing', {}, { rounds: 80 }, 'all'],
  ['no attempt has ended for a round', { sinceProgressMs: 250 }, { rounds: 1 }, 'all'],
  ['an attempt ended just within the round', { sinceProgressMs: 249 }, { rounds: 1 }, 'none'],
  ['a rate limit takes more than ten seconds', { waiting: 101, perSecond: 10 }, { rounds: 1 }, 'all'],
  ['a rate limit takes ten seconds', { waiting: 100, perSecond: 10 }, { rounds: 1 }, 'none'],
  ['an order takes more than ten seconds', { behindOthers: 501 }, { rounds: 1 }, 'all'],
  ['an order takes ten seconds', { behindOthers: 500 }, { rounds: 1 }, 'none'],
  ['an order before the first attempt has ended', { behindOthers: 10_000, attemptMs: 0 }, { rounds: 1 }, 'none'],
  ['more than its share, while speeds are not settled', {}, { rounds: 7, isOverShare: true }, 'none'],
  ['more than its share', {}, { rounds: 8, isOverShare: true }, 'far_behind'],
  ['more than its share, and it stands still', { sinceProgressMs: 300 }, { rounds: 8, isOverShare: true }, 'all'],
])('%s', (_story, load, { rounds, isOverShare = false }, overflow) => {
  expect(overflowOf({ ...BUSY, ...load }, rounds, ROUND_MS, isOverShare)).toBe(overflow);
});

test.each([
  ['below its share', { count: 64, hasShare: true, wasCrowding: false }, false],
  ['above its share', { count: 8, hasShare: false, wasCrowding: false }, true],
  ['above its share, too few to be worth a row', { count: 7, hasShare: false, wasCrowding: false }, false],
  ['below its share, while older ones are on the shelf', { count: 8, hasShare: true, wasCrowding: true }, true],
])('requests of a webhook %s', (_story, { count, hasShare, wasCrowding }, isShelved) => {
  expect(isCrowding(count, hasShare, wasCrowding)).toBe(isShelved);
});
