import { systemMonotonic } from '@signet/contracts';
import type { Reading } from './steady-time.policy.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface ClockRhythm {
  readonly readEveryMs: number;
  /** A suspension is noticed this long after the machine wakes up. */
  readonly lookEveryMs: number;
}

/** Between two readings quartz drifts by 5 ms at most, and a PostgreSQL that was away is heard of soon. */
const RHYTHM: ClockRhythm = { readEveryMs: 10_000, lookEveryMs: 1_000 };

/**
 * Keeps a steady clock with PostgreSQL's time. While PostgreSQL does not answer the clock goes on by itself: an error is no news
 * here, and whoever needs PostgreSQL finds it out.
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

  /** Asks no more. An answer that is on its way is not waited for: PostgreSQL may be what does not answer. */
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
