import { missedReplayIdOf } from '@signet/contracts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { ReplayRange } from './replay.ts';

/**
 * The time of a record comes from the clock of the ingestion that accepted the message, the times of a replay from
 * PostgreSQL's clock. Missed messages are found if these clocks differ by no more than this, milliseconds. If they differ
 * more, some messages at the edges of the replay stay missed.
 */
export const CLOCKS_APART_MS = 120_000;

/** Times from `since` on and before `until`. */
export interface ReadSpan {
  readonly since: Date;
  readonly until: Date;
}

/**
 * The times of the records that are read for a replay of missed messages. The span is wider than the replay's own times. That
 * sends nothing twice, since a message that has a delivery is not missed.
 *
 * - A replay that enabling started: read from an earlier time and to a later one, as both ends are PostgreSQL's time. It
 *   never begins before the webhook was made: older messages were not meant for it.
 * - A replay up to the present: read to a later time, since messages that come after it are delivered anyway.
 * - A beginning or an end that a person has set stays as it is: the person did not ask for messages beyond it.
 */
export function readSpanOf(webhook: Pick<RoutedWebhook, 'id' | 'replayMissed'>, replay: ReplayRange): ReadSpan {
  const { since, until, createdAt } = replay;
  const later = new Date(until.getTime() + CLOCKS_APART_MS);
  const wish = webhook.replayMissed;
  if (wish && replay.id === missedReplayIdOf(webhook.id, wish.until)) {
    const earlier = Math.max(since.getTime() - CLOCKS_APART_MS, Date.parse(wish.registeredAt));
    return { since: new Date(Math.min(earlier, since.getTime())), until: later };
  }
  return { since, until: until < createdAt ? until : later };
}
