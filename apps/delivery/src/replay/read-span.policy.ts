import { missedReplayIdOf } from '@signet/contracts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { ReplayRange } from './replay.ts';

/**
 * The time of a record is by the wall clock of the ingestion that accepted the message, and the times of a replay are
 * PostgreSQL's. What was missed is found where the two are no further apart than this, milliseconds.
 */
export const CLOCKS_APART_MS = 120_000;

/** From a time on, and before another. */
export interface ReadSpan {
  readonly since: Date;
  readonly until: Date;
}

/**
 * The times of the records that are read for a replay of missed messages. More is read than was asked for: a message that
 * has a delivery is not missed, so that nothing is sent twice.
 *
 * - Asked for by enabling: earlier and later, as both ends are PostgreSQL's time. Nothing is older than the webhook: what
 *   came before it was not meant for it.
 * - Up to the present: later, as what comes after it is delivered anyway.
 * - A beginning or an end that somebody has named is a time at which messages were accepted, and stays as it is: what was
 *   missed on the other side of it was not asked for.
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
