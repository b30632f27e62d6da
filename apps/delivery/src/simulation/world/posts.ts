import type { AttemptCause } from '../../delivery/attempt-cause.policy.ts';

/** One POST that was written to the wire, as the receiver and the simulation know it. Times in milliseconds since the epoch. */
export interface Post {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly attempt: number;
  readonly cause: AttemptCause;
  readonly replica: string;
  readonly epoch: number;
  /** When the scheduler decided to send it. */
  readonly decidedAt: number;
  readonly beganAt: number;
  endedAt: number | null;
  statusCode: number | null;
  /** The wait that the receiver asked for. */
  retryAfterMs: number | null;
  /** It failed because the platform could reach no receiver. */
  isOurFault: boolean;
  /** The replica crashed, was paused or lost its partition meanwhile: another one may make the POST again. */
  isExcused: boolean;
  /** Its outcome is in the log. */
  isRecorded: boolean;
}
