import type { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';

type Outcome = 'succeeded' | 'failed';
export type Breaker = CircuitBreaker<[Outcome], void>;

/** Attempts of the last ten seconds decide whether a busy webhook's circuit opens; the window moves on in two steps. */
const WINDOW_MS = 10_000;
const WINDOW_BUCKETS = 2;
export const BUCKET_MS = WINDOW_MS / WINDOW_BUCKETS;

const FAILED = new Error('The attempt failed.');
/** The breaker's action only reports how an attempt ended: the attempt itself runs outside of the breaker. */
const report = (outcome: Outcome): Promise<void> => (outcome === 'failed' ? Promise.reject(FAILED) : Promise.resolve());

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
