import type { ErrorClass } from '@signet/contracts';
import type { EgressCause, EgressResult } from '@signet/egress';

/** The steps that must succeed before a receiver's answer is read, in this order. */
export type Step = 'resolve' | 'connect' | 'secure' | 'answer';
export const STEPS: readonly Step[] = ['resolve', 'connect', 'secure', 'answer'];

/** An attempt that failed before the receiver answered. */
export interface TransportFailure {
  readonly step: Step;
  /** The error of each address that was tried. */
  readonly causes: readonly EgressCause[];
}

/** What an attempt that has ended shows about the network path to a host. Times in milliseconds since the epoch. */
export interface SeenAttempt {
  /** The host of the URL, without its port. */
  readonly host: string;
  readonly webhookId: string;
  readonly tenantId: string;
  /**
   * When the attempt started. If it failed with a lookup that another attempt had started, the start of that lookup: the
   * evidence is as old as that.
   */
  readonly startedAt: number;
  readonly endedAt: number;
  /** null: the receiver answered, with any status. */
  readonly failure: TransportFailure | null;
  /** Steps that the attempt itself has passed. If it used an open connection, it has not passed the step of connecting. */
  readonly passed: readonly Step[];
}

const STEP_OF: Readonly<Record<EgressCause['stage'], Step>> = {
  resolving: 'resolve',
  queued: 'connect',
  tcp: 'connect',
  tls: 'secure',
  waiting: 'answer',
  reading: 'answer',
};

/** Errors with which nothing was sent to the receiver: they show nothing about the network path. */
const NOT_SENT: ReadonlySet<ErrorClass> = new Set(['blocked_address', 'invalid_request']);
/** Errors for which the receiver did send data, although it was no valid response. */
const SAID_SOMETHING: ReadonlySet<ErrorClass> = new Set(['protocol', 'response_too_large']);

type Attempted = Pick<SeenAttempt, 'host' | 'webhookId' | 'tenantId' | 'startedAt' | 'endedAt'>;

/** null where nothing was sent. */
export function seenAttempt(attempted: Attempted, result: EgressResult): SeenAttempt | null {
  if (result.kind === 'response' || SAID_SOMETHING.has(result.errorClass))
    return { ...attempted, failure: null, passed: passedBy(result, attempted.startedAt) };
  const last = result.causes.at(-1);
  if (NOT_SENT.has(result.errorClass) || !last) return null;
  const startedAt = Math.min(attempted.startedAt, result.lookupBegunAt ?? attempted.startedAt);
  return { ...attempted, startedAt, failure: { step: STEP_OF[last.stage], causes: result.causes }, passed: [] };
}

function passedBy({ timings, resolvedAt }: EgressResult, startedAt: number): Step[] {
  const isResolved = resolvedAt !== null && resolvedAt >= startedAt;
  const isPassed = {
    resolve: isResolved,
    connect: timings.connectMs !== null,
    secure: timings.tlsMs !== null,
    answer: true,
  };
  return STEPS.filter((step) => isPassed[step]);
}
