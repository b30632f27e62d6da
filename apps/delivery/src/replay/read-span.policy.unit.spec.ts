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

test('one that was asked for by enabling is read from earlier on, and further', () => {
  const webhook = askedOf(3_600_000);
  const replay = requestedReplayOf(webhook, now)!;
  expect(readSpanOf(webhook, replay)).toEqual({
    since: before(CLOCKS_APART_MS, replay.since),
    until: before(-CLOCKS_APART_MS, replay.until),
  });
});

test('it is not read from before the webhook', () => {
  const webhook = askedOf(62_000);
  expect(readSpanOf(webhook, requestedReplayOf(webhook, now)!).since).toEqual(before(62_000));
});

test('one that began where the one before it began is read from there', () => {
  const webhook = askedOf(3_600_000);
  const since = before(1_800_000);
  const replay = { ...requestedReplayOf(webhook, now)!, since };
  expect(readSpanOf(webhook, replay).since).toEqual(before(CLOCKS_APART_MS, since));
});

test('one up to the present is read further, and begins where somebody has said', () => {
  const range = named(60_000, 0);
  expect(readSpanOf(askedOf(3_600_000), range)).toEqual({ since: range.since, until: before(-CLOCKS_APART_MS) });
});

test('one whose ends were both named is read between them', () => {
  const { since, until, ...rest } = named(60_000, 1);
  expect(readSpanOf(askedOf(3_600_000), { since, until, ...rest, id: newId() })).toEqual({ since, until });
});
