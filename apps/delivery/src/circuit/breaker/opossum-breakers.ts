import CircuitBreaker from 'opossum';
import { BUCKET_MS, WINDOW_BUCKETS, WINDOW_MS } from './breaker.ts';
import type { Breaker, Breakers, BreakerState, Outcome, Window } from './breaker.ts';

/** Breakers of opossum. docs/adr/0051-opossum-behind-a-port.md says which parts of opossum are used, and why not the others. */
export class OpossumBreakers implements Breakers {
  private timer: NodeJS.Timeout | undefined;

  make(_now: number, becameHalfOpen: () => void): Breaker {
    return new OpossumBreaker(becameHalfOpen);
  }

  everyBucket(turn: () => void): void {
    this.timer ??= setInterval(turn, BUCKET_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

type OfOpossum = CircuitBreaker<[Outcome], never>;

/** The state in which opossum's constructor makes a breaker. opossum documents the option, its type does not have it. */
interface InitialState {
  readonly closed: boolean;
  readonly halfOpen?: boolean;
}
interface Initial {
  readonly state?: InitialState;
  /** When an open breaker becomes half-open, milliseconds from now. */
  readonly resetTimeout?: number;
}

/**
 * opossum has no method that makes a breaker half-open, and none that sets when it becomes so. Its constructor takes both, so each
 * change of the state is a new breaker of opossum.
 */
class OpossumBreaker implements Breaker {
  private current: OfOpossum;

  constructor(private readonly becameHalfOpen: () => void) {
    this.current = this.begin({});
  }

  get state(): BreakerState {
    if (this.current.closed) return 'closed';
    return this.current.halfOpen ? 'half_open' : 'open';
  }

  get window(): Window {
    return this.current.stats;
  }

  record(outcome: Outcome): void {
    if (!this.current.closed) return;
    // The promise rejects with the error of the action, also for a success: there is nothing to handle.
    this.current.fire(outcome).catch(() => undefined);
  }

  open(probeAt: number, now: number): void {
    this.replace({ resetTimeout: probeAt - now, state: { closed: false } });
  }

  halfOpen(): void {
    this.replace({ state: { closed: false, halfOpen: true } });
  }

  close(): void {
    this.replace({});
  }

  stop(): void {
    this.current.shutdown();
  }

  private replace(initial: Initial): void {
    this.current.shutdown();
    this.current = this.begin(initial);
  }

  private begin(initial: Initial): OfOpossum {
    const breaker: OfOpossum = new CircuitBreaker(report, { ...OPTIONS, ...initial } as CircuitBreaker.Options);
    return breaker.on('halfOpen', this.becameHalfOpen);
  }
}

const FAILED = new Error('The attempt failed.');
const SUCCEEDED = new Error('The attempt succeeded.');

/**
 * The breaker's action only reports how an attempt ended: the attempt itself runs outside of the breaker. The action always
 * throws, because opossum handles an error that is thrown before `fire` returns, and a result or a rejection only later.
 */
const report = (outcome: Outcome): never => {
  throw outcome === 'failed' ? FAILED : SUCCEEDED;
};

const OPTIONS: CircuitBreaker.Options = {
  timeout: false,
  // opossum counts an error for which this says true as a success.
  errorFilter: (error: unknown) => error === SUCCEEDED,
  rollingCountTimeout: WINDOW_MS,
  rollingCountBuckets: WINDOW_BUCKETS,
  rollingPercentilesEnabled: false,
  enableSnapshots: false,
  // opossum's own rule is a percentage of all calls; `circuit.policy.ts` asks for a number of failures, too.
  volumeThreshold: Number.MAX_SAFE_INTEGER,
};
