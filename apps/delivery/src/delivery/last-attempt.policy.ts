import { SPENDS_ATTEMPT } from './attempt-cause.policy.ts';
import type { AttemptFacts, AttemptFailure } from './delivery.events.ts';

/**
 * The kind of a delivery's last attempt, for the sentence about it:
 *
 * | value         | what it is                                                              |
 * |---------------|-------------------------------------------------------------------------|
 * | `counted`     | one on the schedule, or a probe that ended the delivery                 |
 * | `retry`       | one that a person asked for; it is counted, too                         |
 * | `probe`       | a probe of an open circuit that failed: it is not counted               |
 * | `asked_probe` | the same, because a person asked for it                                 |
 * | `faulted`     | one that failed through the platform's own fault: it is not counted     |
 */
export type LastAttempt = 'counted' | 'retry' | 'probe' | 'asked_probe' | 'faulted';

/** Events of older versions name no cause: their attempts were made on the schedule. */
export function lastAttemptOf(
  { cause = 'schedule' }: Partial<Pick<AttemptFacts, 'cause'>>,
  failure: (Pick<AttemptFailure, 'fault'> & { readonly isUnspent?: boolean }) | null,
): LastAttempt {
  if (!failure?.isUnspent) return cause === 'person' ? 'retry' : 'counted';
  if (SPENDS_ATTEMPT[cause] || failure.fault === 'platform') return 'faulted';
  return cause === 'asked_probe' ? 'asked_probe' : 'probe';
}
