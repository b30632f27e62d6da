import type { ErrorClass } from '@signet/contracts';
import type { EgressCause, EgressResult } from '@signet/egress';

/** What has to work before a receiver's answer is read, in this order. */
export type Step = 'resolve' | 'connect' | 'secure' | 'answer';
export const STEPS: readonly Step[] = ['resolve', 'connect', 'secure', 'answer'];

/** An attempt that came to nothing before the receiver answered. */
export interface TransportFailure {
  readonly step: Step;
  /** Of each address that was tried. */
  readonly causes: readonly EgressCause[];
}

/** What an attempt that has ended shows about the way to a host. Times in milliseconds since the epoch. */
export interface SeenAttempt {
  /** The host of the URL, without its port. */
  readonly host: string;
  readonly webhookId: string;
  readonly tenantId: string;
  /** Of a lookup that failed and was begun for another attempt: when that was. What it shows is as old as that. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** null: the receiver answered, with whatever status. */
  readonly failure: TransportFailure | null;
  /** Steps that it has passed itself: a connection that was open already shows nothing about opening one. */
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

/** Ends of an attempt for which nothing was sent: they show nothing about the way. */
const NOT_SENT: ReadonlySet<ErrorClass> = new Set(['blocked_address', 'invalid_request']);
/** The receiver said something, although it is no response that counts. */
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
