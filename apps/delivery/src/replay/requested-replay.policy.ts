import { MESSAGE_RETENTION_MS, missedReplayIdOf } from '@signet/contracts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { Replay } from './replay.ts';

/**
 * The replay ends this long after the webhook was enabled, milliseconds. Reason: a replica of delivery reads of the enabling on Kafka a
 * moment later. Until then its fan-out makes no delivery of messages that are accepted. If this time is too short, a message that a
 * slower replica did not deliver is missing in this replay, and a further replay finds it. The replay also begins this long before the
 * webhook was disabled: the clocks of two machines differ a little, so a delivery that was ended by the disabling may seem to have ended
 * before it. `readSpanOf` says how much further Kafka is read.
 */
export const SETTLE_MS = 5_000;

/**
 * The replay that was requested when the webhook was last enabled, as it is to be added at `now`. Null when none was
 * requested, or when Kafka no longer keeps messages of that time: the snapshot stays on its compacted topic for ever, and
 * must not start a replay weeks later.
 */
export function requestedReplayOf(webhook: RoutedWebhook, now: Date): Replay | null {
  const { id, tenantId, replayMissed, version } = webhook;
  if (!replayMissed) return null;
  const oldest = now.getTime() - MESSAGE_RETENTION_MS;
  const { since, until: enabledAt, registeredAt, requestedBy } = replayMissed;
  const until = new Date(Date.parse(enabledAt) + SETTLE_MS);
  if (until.getTime() <= oldest) return null;
  return {
    id: missedReplayIdOf(id, enabledAt),
    tenantId,
    webhookId: id,
    since: new Date(Math.max(Date.parse(since) - SETTLE_MS, Date.parse(registeredAt), oldest)),
    until,
    status: 'missed',
    state: 'running',
    total: null,
    requested: 0,
    cursor: null,
    webhookVersion: version,
    reason: null,
    createdBy: requestedBy,
    createdAt: now,
    updatedAt: now,
    completedAt: null,
  };
}
