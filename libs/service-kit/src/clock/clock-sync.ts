import { systemMonotonic } from '@signet/contracts';
import type { Reading } from './steady-time.policy.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface ClockRhythm {
  readonly readEveryMs: number;
  /** A suspension is noticed this long after the machine wakes up. */
  readonly lookEveryMs: number;
}

/** Between two readings a quartz clock drifts by at most 5 ms, and after an outage of PostgreSQL the clock is corrected soon. */
const RHYTHM: ClockRhythm = { readEveryMs: 10_000, lookEveryMs: 1_000 };

/**
 * Keeps a steady clock with PostgreSQL's time. While PostgreSQL does not answer, the clock goes on by itself. Errors are ignored
 * here: any other code that uses PostgreSQL reports them.
 */
export class ClockSync {
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  private askedAt = systemMonotonic();

  constructor(
    private readonly clock: SteadyClock,
    private readonly ask: () => Promise<Reading>,
    private readonly rhythm = RHYTHM,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.round(), this.rhythm.lookEveryMs).unref();
  }

  /** Stops asking. It does not wait for an answer under way: PostgreSQL may not answer at all. */
  stop(): void {
    clearInterval(this.timer);
  }

  private round(): void {
    const hasWoken = this.clock.look();
    if (this.asking || !(hasWoken || systemMonotonic() - this.askedAt >= this.rhythm.readEveryMs)) return;
    this.askedAt = systemMonotonic();
    this.asking = this.ask()
      .then(
        (reading) => this.clock.heard(reading),
        () => undefined,
      )
      .finally(() => (this.asking = undefined));
  }
}
