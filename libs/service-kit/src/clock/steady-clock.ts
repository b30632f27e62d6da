import { uptime } from 'node:os';
import { systemClock, systemMonotonic } from '@signet/contracts';
import type { Clock, Monotonic } from '@signet/contracts';
import {
  afterReading,
  afterSuspension,
  aheadAt,
  begunAt,
  jumpBetween,
  outsideTimeAt,
  suspendedMs,
  timeAt,
} from './steady-time.policy.ts';
import type { Reading, SteadyTime } from './steady-time.policy.ts';

/** One moment by the clocks of this machine, in milliseconds. */
interface Look {
  readonly monotonic: number;
  readonly uptime: number;
  readonly wall: number;
}

export interface SteadyClockOptions {
  readonly monotonic?: Monotonic;
  /** Milliseconds since this machine was booted, suspensions included. */
  readonly uptime?: Monotonic;
  readonly wall?: Clock;
  /** Called when PostgreSQL's clock has jumped. */
  readonly onJump?: (jumpedMs: number) => void;
  /** Called when this machine was suspended. */
  readonly onSuspension?: (ms: number) => void;
}

/**
 * PostgreSQL's time, carried on by the monotonic clock of this machine: a wall clock that jumps changes nothing, and replicas
 * whose wall clocks differ agree. See ADR 42, and `steady-time.policy.ts` for its rules.
 */
export class SteadyClock {
  private readonly monotonic: Monotonic;
  private readonly uptime: Monotonic;
  private readonly wall: Clock;
  private steady: SteadyTime;
  private hasBegun = false;
  private lookedAt: Look;

  constructor(private readonly options: SteadyClockOptions = {}) {
    this.monotonic = options.monotonic ?? systemMonotonic;
    this.uptime = options.uptime ?? (() => uptime() * 1_000);
    this.wall = options.wall ?? systemClock;
    this.lookedAt = this.clocks();
    this.steady = { monotonic: this.monotonic(), time: this.wall().getTime(), aheadMs: 0 };
  }

  /** The steady time. Before `begin` it starts from the wall clock. It never goes back, except by `begin`. */
  readonly now: Clock = () => new Date(timeAt(this.steady, this.monotonic()));

  /** The time for others that compare it with a clock of their own, such as receivers that check signatures. */
  readonly outside: Clock = () => new Date(outsideTimeAt(this.steady, this.monotonic(), this.wall().getTime()));

  /** Takes the first readings. */
  begin(readings: readonly Reading[]): void {
    this.steady = begunAt(readings);
    this.hasBegun = true;
  }

  /** Takes one more reading. If there was no `begin`, the clock begins with it. */
  heard(reading: Reading): void {
    if (!this.hasBegun) return this.begin([reading]);
    const before = this.steady;
    this.steady = afterReading(before, reading);
    const jumpedMs = jumpBetween(before, this.steady);
    if (jumpedMs !== 0) this.options.onJump?.(jumpedMs);
  }

  /** If the machine was suspended since the last call, steps over that time. Returns whether it was suspended. */
  look(): boolean {
    const looked = this.clocks();
    const ms = suspendedMs({
      monotonicMs: looked.monotonic - this.lookedAt.monotonic,
      uptimeMs: looked.uptime - this.lookedAt.uptime,
      wallMs: looked.wall - this.lookedAt.wall,
    });
    this.lookedAt = looked;
    if (ms === 0) return false;
    this.steady = afterSuspension(this.steady, looked.monotonic, ms);
    this.options.onSuspension?.(ms);
    return true;
  }

  private clocks(): Look {
    return { monotonic: this.monotonic(), uptime: this.uptime(), wall: this.wall().getTime() };
  }

  /** Milliseconds by which this machine's wall clock is ahead of the steady time. */
  get wallAheadMs(): number {
    return this.wall().getTime() - timeAt(this.steady, this.monotonic());
  }

  /** Milliseconds by which PostgreSQL's clock, by its last answer, is ahead of the steady time. */
  get serverAheadMs(): number {
    return aheadAt(this.steady, this.monotonic());
  }
}
