import { systemClock, systemMonotonic } from '@signet/contracts';

/** One moment by two clocks, in milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export const systemMoment = (): Moment => ({ monotonic: systemMonotonic(), wall: systemClock().getTime() });

/**
 * The time between two moments, as the larger one of two clocks' answers. The monotonic clock stands still while the machine is
 * suspended; by the wall clock too little time has passed after it was set back.
 */
export const msBetween = (from: Moment, to: Moment): number =>
  Math.max(to.monotonic - from.monotonic, to.wall - from.wall);
