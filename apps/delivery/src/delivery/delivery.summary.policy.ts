import { attemptsMade } from './delivery.decider.ts';
import { ENDED_BECAUSE } from './end-reasons.ts';
import type { DeliveryRow } from './storage/delivery.projection.ts';
import type { LastAttempt } from './last-attempt.policy.ts';

/** Why a delivery is held back after its time has come. */
export type Hold = { readonly by: 'circuit'; readonly until: string } | { readonly by: 'platform' };

type Summed = Pick<
  DeliveryRow,
  | 'status'
  | 'kind'
  | 'attemptCount'
  | 'unspentAttempts'
  | 'maxAttempts'
  | 'isRetryAsked'
  | 'nextRetryAt'
  | 'lastAttempt'
  | 'errorMessage'
  | 'endReason'
>;

/**
 * A sentence for people about the state of a delivery. It names the next step and, where the
 * state does not show it, the result of the last attempt: a person who has just asked for a retry looks for that result here.
 *
 * | delivery                         | sentence                                                                                |
 * |----------------------------------|-----------------------------------------------------------------------------------------|
 * | no attempt has ended             | The first attempt has not ended yet.                                                    |
 * | failed, goes on by itself        | Attempt 2 of 5 failed; next attempt at ….                                               |
 * | a retry is asked for             | A retry was asked for and goes out now. Attempt 2 of 5 failed: The receiver answered 500.|
 * | that retry has failed            | The retry that was asked for (attempt 3 of 5) failed: …. Next attempt at ….             |
 * | the circuit is open              | Held back: the circuit is open; next probe at …. The retry that was asked for … failed: …. |
 * | has arrived                      | Attempt 3 of 5 succeeded.                                                               |
 * | has failed for good              | Attempt 5 of 5 failed; no attempts are left.                                            |
 */
export function summaryOf(row: Summed, hold: Hold | null): string {
  switch (row.status) {
    case 'PENDING':
    case 'RETRYING':
      return hold === null ? openSentence(row) : joined(heldSentence(hold), failedSentence(row));
    case 'SUCCESS':
      return `${counted(row)} succeeded.`;
    case 'FAILED':
      return endSentence(row);
  }
}

const heldSentence = (hold: Hold): string =>
  hold.by === 'platform'
    ? 'Held back: Signet itself cannot reach most receivers now; it goes out when that has ended, and no attempt is spent.'
    : `Held back: the circuit is open; next probe at ${hold.until}.`;

function openSentence(row: Summed): string {
  if (row.isRetryAsked) return joined('A retry was asked for and goes out now.', failedSentence(row));
  if (attemptsMade(row) === 0) {
    return row.status === 'PENDING'
      ? 'The first attempt has not ended yet.'
      : `The first attempt is due at ${row.nextRetryAt}.`;
  }
  return isPlain(row)
    ? `${subjectOf(row)} failed; next attempt at ${row.nextRetryAt}.`
    : joined(failedSentence(row), `Next attempt at ${row.nextRetryAt}.`);
}

function endSentence(row: Summed): string {
  const reason = row.endReason === null ? (row.errorMessage ?? '') : ENDED_BECAUSE[row.endReason];
  if (attemptsMade(row) === 0) return `Failed without an attempt: ${reason}`;
  const isSpent = row.attemptCount >= row.maxAttempts;
  if (isPlain(row))
    return `${subjectOf(row)} failed; ${isSpent ? 'no attempts are left.' : `no further attempt: ${reason}`}`;
  if (isSpent) return joined(failedSentence(row), 'No attempts are left.');
  // If the attempt's own error is the reason of the end, it is named once.
  return joined(
    failedSentence(row),
    row.endReason === null ? 'There is no further attempt.' : `No further attempt: ${reason}`,
  );
}

/** How the last attempt failed; null if it did not fail, or there was none. */
function failedSentence(row: Summed): string | null {
  if (attemptsMade(row) === 0 || row.errorMessage === null) return null;
  return `${subjectOf(row)} failed: ${row.errorMessage}`;
}

const counted = ({ attemptCount, maxAttempts }: Summed): string => `Attempt ${attemptCount} of ${maxAttempts}`;

/**
 * The kind of the last attempt. All attempts of a test count as attempts on the schedule, since a person asked for the test,
 * not for a retry. Rows of older versions do not have the kind.
 */
const lastOf = ({ kind, lastAttempt }: Summed): LastAttempt =>
  lastAttempt === null || (kind === 'test' && lastAttempt === 'retry') ? 'counted' : lastAttempt;

const isPlain = (row: Summed): boolean => lastOf(row) === 'counted';

function subjectOf(row: Summed): string {
  switch (lastOf(row)) {
    case 'counted':
      return counted(row);
    case 'retry':
      return `The retry that was asked for (attempt ${row.attemptCount} of ${row.maxAttempts})`;
    case 'probe':
      return 'A probe, which spends no attempt,';
    case 'asked_probe':
      return 'The probe that was asked for, which spends no attempt,';
    case 'faulted':
      return "An attempt, which is not counted since the fault was Signet's own,";
  }
}

const joined = (...sentences: readonly (string | null)[]): string =>
  sentences.filter((sentence) => sentence !== null).join(' ');
