import type { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';

type Outcome = 'succeeded' | 'failed';
export type Breaker = CircuitBreaker<[Outcome], void>;

/** Attempts of the last ten seconds decide whether a busy webhook's circuit opens; the window moves on in two steps. */
const WINDOW_MS = 10_000;
const WINDOW_BUCKETS = 2;
export const BUCKET_MS = WINDOW_MS / WINDOW_BUCKETS;

const FAILED = new Error('The attempt failed.');
const SUCCEEDED = new Error('The attempt succeeded: opossum counts this error as a success.');
/**
 * The breaker's action only reports how an attempt ended: the attempt itself runs outside of the breaker. It always throws,
 * because opossum handles an error that is thrown before `fire` returns, and a result or a rejection only later.
 */
const report = (outcome: Outcome): never => {
  throw outcome === 'failed' ? FAILED : SUCCEEDED;
};

/** Tells the breaker how an attempt ended. It has counted the attempt, and emitted its events, when this returns. */
export function tell(breaker: Breaker, outcome: Outcome): void {
  // The breaker's promise rejects with the error of the action: there is nothing to handle.
  breaker.fire(outcome).catch(() => undefined);
}

/** Makes opossum's breakers, each in the state that it begins with. None opens by opossum's own rule. */
export class Breakers {
  constructor(private readonly rotateBucketController: EventEmitter) {}

  closed(): Breaker {
    return this.make({});
  }

  /** An open breaker that becomes half-open after this time, milliseconds. */
  open(resetTimeout: number): Breaker {
    return this.make({ resetTimeout, state: { closed: false } });
  }

  halfOpen(): Breaker {
    return this.make({ state: { closed: false, halfOpen: true } });
  }

  private make(options: Pick<CircuitBreaker.Options, 'resetTimeout'> & { state?: object }): Breaker {
    return new CircuitBreaker(report, {
      timeout: false,
      errorFilter: (error: unknown) => error === SUCCEEDED,
      rollingCountTimeout: WINDOW_MS,
      rollingCountBuckets: WINDOW_BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.rotateBucketController,
      // opossum's own rule is a percentage of all fires; ours counts attempts that have ended.
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      ...options,
    } as CircuitBreaker.Options);
  }
}
