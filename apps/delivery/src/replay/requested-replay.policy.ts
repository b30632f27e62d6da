import { MESSAGE_RETENTION_MS, missedReplayIdOf } from '@signet/contracts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { Replay } from './replay.ts';

/**
 * The replay begins so long after the webhook was enabled, milliseconds. Reason: a replica learns of it from Kafka, a moment later
 * than the registry, and its fan-out makes no delivery of a message that was accepted just after. If this time is too short, a
 * message that a still slower replica passed over stays missed, and a further replay finds it. So long before the webhook was
 * disabled, too, a delivery may have ended for it: the steady clocks of two machines differ a little. How much further Kafka is
 * read says `readSpanOf`.
 */
export const SETTLE_MS = 5_000;

/**
 * The replay that was asked for when the webhook was last enabled, as it is to be added at `now`. Null when there is none,
 * or when Kafka keeps nothing of that time any more: the snapshot stays on its compacted topic for ever, and must not start
 * a replay weeks later.
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
