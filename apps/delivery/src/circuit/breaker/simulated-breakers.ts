import { BUCKET_MS, WINDOW_BUCKETS } from './breaker.ts';
import type { Breaker, Breakers, BreakerState, Outcome, Window } from './breaker.ts';

/**
 * Breakers without timers, for simulations: time moves on when `advance` is called, and only then. The same calls have the same
 * effects in the same order.
 */
export class SimulatedBreakers implements Breakers {
  private readonly waiting = new Set<SimulatedBreaker>();
  private turn: (() => void) | null = null;
  /** Infinite: no turns are needed. */
  private turnAt = Number.POSITIVE_INFINITY;
  private time: number;

  /** @param now the time at which the simulation begins, milliseconds since the epoch */
  constructor(now: number) {
    this.time = now;
  }

  /** The clock of the simulation. While `advance` moves on, it is the time of the change that is being made. */
  get now(): number {
    return this.time;
  }

  make(now: number, becameHalfOpen: () => void): Breaker {
    return new SimulatedBreaker(this.waiting, () => this.time, now, becameHalfOpen);
  }

  everyBucket(turn: () => void): void {
    if (this.turn !== null) return;
    this.turn = turn;
    this.turnAt = this.time + BUCKET_MS;
  }

  stop(): void {
    this.turn = null;
    this.turnAt = Number.POSITIVE_INFINITY;
  }

  /** When the next breaker becomes half-open by itself; infinite: none does. Turns of buckets do not count. */
  get nextAt(): number {
    return this.earliest()?.probeAt ?? Number.POSITIVE_INFINITY;
  }

  /** Moves the time on. On the way, breakers become half-open and buckets have their turns, each at its time. */
  advance(now: number): void {
    for (;;) {
      const next = this.earliest();
      const at = Math.min(next?.probeAt ?? Number.POSITIVE_INFINITY, this.turnAt);
      if (at > now) break;
      this.time = Math.max(this.time, at);
      if (next !== null && next.probeAt === at) next.becomeHalfOpen();
      else {
        this.turnAt += BUCKET_MS;
        this.turn?.();
      }
    }
    this.time = Math.max(this.time, now);
  }

  private earliest(): SimulatedBreaker | null {
    let first: SimulatedBreaker | null = null;
    for (const breaker of this.waiting) if (first === null || breaker.probeAt < first.probeAt) first = breaker;
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
