import { BUCKET_MS, WINDOW_BUCKETS } from './breaker.ts';
import type { Breaker, Breakers, BreakerState, Outcome, Window } from './breaker.ts';

/**
 * Breakers without timers, for simulations: time moves on when `advance` is called, and only then. The same calls have the same
 * effects in the same order.
 */
export class SimulatedBreakers implements Breakers {
  private readonly waiting = new Set<SimulatedBreaker>();
  private turn: (() => void) | null = null;
  private turnAt = 0;

  /** @param now the time at which the simulation begins, milliseconds since the epoch */
  constructor(private now: number) {}

  make(now: number, becameHalfOpen: () => void): Breaker {
    return new SimulatedBreaker(this.waiting, () => this.now, now, becameHalfOpen);
  }

  everyBucket(turn: () => void): void {
    if (this.turn !== null) return;
    this.turn = turn;
    this.turnAt = this.now + BUCKET_MS;
  }

  stop(): void {
    this.turn = null;
  }

  /** When the next breaker becomes half-open by itself; infinite: none does. */
  get nextAt(): number {
    return Math.min(...[...this.waiting].map(({ probeAt }) => probeAt));
  }

  /**
   * Moves the time on, and makes the breakers half-open whose time has come, in the order of their times. If several turns of
   * `everyBucket` were missed, there is one: a simulation may pass over an hour in which nothing happens.
   */
  advance(now: number): void {
    for (let next = this.earliest(now); next !== null; next = this.earliest(now)) {
      this.now = Math.max(this.now, next.probeAt);
      next.becomeHalfOpen();
    }
    this.now = Math.max(this.now, now);
    if (this.turn === null || this.now < this.turnAt) return;
    this.turnAt = this.now + BUCKET_MS;
    this.turn();
  }

  private earliest(until: number): SimulatedBreaker | null {
    let first: SimulatedBreaker | null = null;
    for (const breaker of this.waiting)
      if (breaker.probeAt <= until && (first === null || breaker.probeAt < first.probeAt)) first = breaker;
    return first;
  }
}

interface Bucket extends Window {
  failures: number;
  successes: number;
}
const emptyBuckets = (): Bucket[] => Array.from({ length: WINDOW_BUCKETS }, () => ({ failures: 0, successes: 0 }));

class SimulatedBreaker implements Breaker {
  state: BreakerState = 'closed';
  probeAt = 0;
  /** The newest first. */
  private buckets = emptyBuckets();
  /** When the newest bucket began. */
  private bucketAt: number;

  constructor(
    /** The open breakers. */
    private readonly waiting: Set<SimulatedBreaker>,
    private readonly time: () => number,
    now: number,
    private readonly becameHalfOpen: () => void,
  ) {
    this.bucketAt = now;
  }

  get window(): Window {
    this.turnBuckets(this.time());
    const sum = { failures: 0, successes: 0 };
    for (const { failures, successes } of this.buckets) {
      sum.failures += failures;
      sum.successes += successes;
    }
    return sum;
  }

  record(outcome: Outcome, now: number): void {
    if (this.state !== 'closed') return;
    this.turnBuckets(now);
    this.buckets[0]![outcome === 'failed' ? 'failures' : 'successes'] += 1;
  }

  open(probeAt: number, now: number): void {
    this.enter('open', now);
    this.probeAt = probeAt;
    this.waiting.add(this);
  }

  halfOpen(now: number): void {
    this.enter('half_open', now);
  }

  close(now: number): void {
    this.enter('closed', now);
  }

  stop(): void {
    this.waiting.delete(this);
  }

  becomeHalfOpen(): void {
    this.waiting.delete(this);
    this.state = 'half_open';
    this.becameHalfOpen();
  }

  private enter(state: BreakerState, now: number): void {
    this.waiting.delete(this);
    this.state = state;
    this.buckets = emptyBuckets();
    this.bucketAt = now;
  }

  private turnBuckets(now: number): void {
    const turns = Math.floor((now - this.bucketAt) / BUCKET_MS);
    if (turns <= 0) return;
    this.bucketAt += turns * BUCKET_MS;
    const fresh = emptyBuckets().slice(0, turns);
    this.buckets = [...fresh, ...this.buckets].slice(0, WINDOW_BUCKETS);
  }
}
