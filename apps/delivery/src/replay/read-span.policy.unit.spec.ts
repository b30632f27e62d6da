import { expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { CLOCKS_APART_MS, readSpanOf } from './read-span.policy.ts';
import { requestedReplayOf } from './requested-replay.policy.ts';

const now = new Date('2026-03-10T12:00:00.000Z');
const before = (ms: number, at = now): Date => new Date(at.getTime() - ms);
const askedOf = (registeredMs: number) => {
  const [since, until, registeredAt] = [60_000, 1_000, registeredMs].map((ms) => before(ms).toISOString());
  return snapshotOf({
    replayMissed: { since: since!, until: until!, registeredAt: registeredAt!, requestedBy: 'key-1' },
  });
};
const named = (sinceMs: number, untilMs: number) => ({
  webhookId: newId(),
  since: before(sinceMs),
  until: before(untilMs),
  status: 'missed' as const,
  createdAt: now,
});

test('a replay that enabling started is read from an earlier time and to a later one', () => {
  const webhook = askedOf(3_600_000);
  const replay = requestedReplayOf(webhook, now)!;
  expect(readSpanOf(webhook, replay)).toEqual({
    since: before(CLOCKS_APART_MS, replay.since),
    until: before(-CLOCKS_APART_MS, replay.until),
  });
});

test('a replay is not read from before the webhook was made', () => {
  const webhook = askedOf(62_000);
  expect(readSpanOf(webhook, requestedReplayOf(webhook, now)!).since).toEqual(before(62_000));
});

test('a replay that begins where the previous one began is read from there', () => {
  const webhook = askedOf(3_600_000);
  const since = before(1_800_000);
  const replay = { ...requestedReplayOf(webhook, now)!, since };
  expect(readSpanOf(webhook, replay).since).toEqual(before(CLOCKS_APART_MS, since));
});

test('a replay up to the present is read to a later time, and begins where the person has said', () => {
  const range = named(60_000, 0);
  expect(readSpanOf(askedOf(3_600_000), range)).toEqual({ since: range.since, until: before(-CLOCKS_APART_MS) });
});

test('a replay whose two ends a person has set is read between them', () => {
  const { since, until, ...rest } = named(60_000, 1);
  expect(readSpanOf(askedOf(3_600_000), { since, until, ...rest, id: newId() })).toEqual({ since, until });
});
