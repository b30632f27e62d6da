import { expect, test } from '@jest/globals';
import { missedReplayIdOf, webhookSnapshot } from '@signet/contracts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { requestedReplayOf } from './requested-replay.policy.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = new Date('2026-03-10T12:00:00.000Z');
const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();
const asked = (sinceMs: number, untilMs: number, registeredMs = 60 * DAY_MS) =>
  snapshotOf({
    replayMissed: { since: ago(sinceMs), until: ago(untilMs), registeredAt: ago(registeredMs), requestedBy: 'key-1' },
    version: 7,
  });

test('the replay covers the time while the webhook was disabled, and a few seconds before and after', () => {
  const webhook = asked(3_600_000, 1_000);
  expect(requestedReplayOf(webhook, now)).toMatchObject({
    id: missedReplayIdOf(webhook.id, ago(1_000)),
    tenantId: webhook.tenantId,
    webhookId: webhook.id,
    since: new Date(ago(3_605_000)),
    until: new Date(now.getTime() + 4_000),
    status: 'missed',
    state: 'running',
    webhookVersion: 7,
    createdBy: 'key-1',
  });
});

test('it is the same replay whenever the snapshot is read, and another one for the next enabling', () => {
  const webhook = asked(3_600_000, 1_000);
  const later = requestedReplayOf({ ...webhook, version: 9 }, new Date(now.getTime() + DAY_MS));
  expect(later?.id).toBe(requestedReplayOf(webhook, now)?.id);
  const { replayMissed } = asked(500, 0);
  expect(requestedReplayOf({ ...webhook, replayMissed }, now)?.id).not.toBe(later?.id);
});

test('the time before the webhook was made is left out', () => {
  expect(requestedReplayOf(asked(2_000, 1_000, 3_000), now)?.since).toEqual(new Date(ago(3_000)));
});

test('the time that Kafka no longer keeps is left out, and an old snapshot starts no replay', () => {
  expect(requestedReplayOf(asked(30 * DAY_MS, 1_000), now)?.since).toEqual(new Date(ago(7 * DAY_MS)));
  expect(requestedReplayOf(asked(30 * DAY_MS, 8 * DAY_MS), now)).toBeNull();
});

test('a snapshot that asks for none, or is older than this, starts none', () => {
  expect(requestedReplayOf(snapshotOf({ replayMissed: null }), now)).toBeNull();
  const { replayMissed: _, ...older } = asked(3_600_000, 1_000);
  expect(requestedReplayOf(webhookSnapshot.parse(older), now)).toBeNull();
});
