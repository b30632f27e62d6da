import type { VirtualClock } from '../time/virtual-clock.ts';

/** What is wrong with PostgreSQL and with the platform's network at the moment. Times in milliseconds since the epoch. */
export class Trouble {
  databaseAwayUntil = 0;
  databaseLateUntil = 0;
  unreachableUntil = 0;

  constructor(private readonly clock: VirtualClock) {}

  isDatabaseAway(): boolean {
    return this.clock.now < this.databaseAwayUntil;
  }

  isDatabaseLate(): boolean {
    return this.clock.now < this.databaseLateUntil;
  }

  /** No receiver can be reached, by our own fault. */
  isPlatformAtFault(): boolean {
    return this.clock.now < this.unreachableUntil;
  }
}
