import type { OutcomeCause } from '@signet/contracts';

/**
 * Why an attempt is made:
 *
 * | cause         | what it is                                                           |
 * |---------------|----------------------------------------------------------------------|
 * | `schedule`    | the first attempt, or a retry on the backoff schedule                |
 * | `probe`       | the one attempt that an open circuit lets through                    |
 * | `asked_probe` | a probe that a person asked for: "close the circuit", an edited URL  |
 * | `person`      | a test, or a retry that a person asked for; no circuit holds it back |
 */
export type AttemptCause = 'schedule' | 'probe' | 'asked_probe' | 'person';

/**
 * Whether a failure counts as one more in a row. A failed attempt that a person asked for does not: otherwise many impatient
 * retries could disable a webhook. A success always counts.
 */
export const COUNTS_AS_FAILURE: Readonly<Record<AttemptCause, boolean>> = {
  schedule: true,
  probe: true,
  asked_probe: false,
  person: false,
};

/**
 * Whether a failure takes one of the delivery's attempts. A probe finds out about the webhook, so it costs the delivery no
 * attempt.
 */
export const SPENDS_ATTEMPT: Readonly<Record<AttemptCause, boolean>> = {
  schedule: true,
  probe: false,
  asked_probe: false,
  person: true,
};

/** The cause as other services see it in outcomes. */
export const OUTCOME_CAUSE: Readonly<Record<AttemptCause, OutcomeCause>> = {
  schedule: 'schedule',
  probe: 'probe',
  asked_probe: 'person',
  person: 'person',
};
