import type { Clock } from '@signet/contracts';

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
  set(date: Date | string): void;
}

/** `start` defaults to a fixed day, so that tests read the same for ever. */
export function fakeClock(start: Date | string = '2026-01-15T12:00:00.000Z'): FakeClock {
  let now = new Date(start).getTime();
  const clock = (): Date => new Date(now);
  return Object.assign(clock, {
    advance: (ms: number): void => void (now += ms),
    set: (date: Date | string): void => void (now = new Date(date).getTime()),
  });
}
