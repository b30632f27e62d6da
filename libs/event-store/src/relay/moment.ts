import { systemClock, systemMonotonic } from '@signet/contracts';

/** One moment by two clocks, in milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export const systemMoment = (): Moment => ({ monotonic: systemMonotonic(), wall: systemClock().getTime() });

/**
 * The larger of two clocks' answers. The monotonic clock stands still while the machine is suspended, and by the wall clock
 * little time has passed after that clock was set back.
 */
export const msBetween = (from: Moment, to: Moment): number =>
  Math.max(to.monotonic - from.monotonic, to.wall - from.wall);
