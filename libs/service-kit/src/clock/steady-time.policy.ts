/**
 * How fast a difference from PostgreSQL's clock is made up for: this share of the time that passes, at most. It is larger than
 * what quartz drifts by (0.05 %), and so small that a retry after 60 s comes 0.6 s early at worst.
 */
export const MAX_SLEW = 0.01;
/** A difference that appears at once and is larger is called a jump, and logged: no drift, and no slow answer, makes a minute. */
export const JUMP_MS = 60_000;
/** `os.uptime()` counts whole seconds on some systems. A shorter suspension is made up for like drift. */
export const SHORTEST_SUSPENSION_MS = 2_000;

/** The steady time at one moment of the monotonic clock, from which later times follow. All in milliseconds. */
export interface SteadyTime {
  readonly monotonic: number;
  /** Steady time, since the epoch. */
  readonly time: number;
  /** By how much PostgreSQL's clock is ahead of it; negative where it is behind. */
  readonly aheadMs: number;
}

/** One answer of PostgreSQL to the question for the time. */
export interface Reading {
  /** Milliseconds of the monotonic clock. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** Milliseconds since the epoch, by PostgreSQL's clock at some moment between the two. */
  readonly serverTime: number;
}

/** What has passed by the clocks of this machine, milliseconds. */
export interface Passed {
  readonly monotonicMs: number;
  /** Since the machine was booted, suspensions included. */
  readonly uptimeMs: number;
  /** By the clock that may be set. */
  readonly wallMs: number;
}

/** Never less than at an earlier moment of the monotonic clock: what is behind only makes it go slower. */
export const timeAt = ({ monotonic, time, aheadMs }: SteadyTime, now: number): number =>
  time + (now - monotonic) + madeUpFor(aheadMs, now - monotonic);

/** By how much PostgreSQL's clock is still ahead. */
export const aheadAt = ({ monotonic, aheadMs }: SteadyTime, now: number): number =>
  aheadMs - madeUpFor(aheadMs, now - monotonic);

function madeUpFor(aheadMs: number, passedMs: number): number {
  const most = MAX_SLEW * passedMs;
  return Math.min(Math.max(aheadMs, -most), most);
}

/** Begins at the middle of the narrowest of these readings: there is nothing yet that a step could disturb. */
export function begunAt(readings: readonly Reading[]): SteadyTime {
  const [best] = readings.toSorted((one, other) => widthOf(one) - widthOf(other));
  if (!best) throw new Error('The clock begins with a reading.');
  return { monotonic: best.receivedAt, time: best.serverTime + widthOf(best) / 2, aheadMs: 0 };
}

/**
 * After one more reading. The answer was on its way for an unknown part of the time between question and answer, so that
 * PostgreSQL's clock now shows something between `serverTime` and that much more. Within these bounds nothing is known to be wrong,
 * and nothing is corrected: a slow answer, or one that lay here unread, moves nothing.
 */
export function afterReading(before: SteadyTime, reading: Reading): SteadyTime {
  const time = timeAt(before, reading.receivedAt);
  const least = reading.serverTime;
  const most = least + widthOf(reading);
  const aheadMs = time < least ? least - time : time > most ? most - time : 0;
  return { monotonic: reading.receivedAt, time, aheadMs };
}

/** By how much PostgreSQL's clock has jumped between two readings, milliseconds; 0 where it is less than a jump. */
export function jumpBetween(before: SteadyTime, after: SteadyTime): number {
  const jumpedMs = after.aheadMs - aheadAt(before, after.monotonic);
  return Math.abs(jumpedMs) > JUMP_MS ? jumpedMs : 0;
}

/**
 * For how long the machine was suspended: its monotonic clock stood still meanwhile, its uptime and its wall clock did not. The
 * less of the two counts, so that neither moves the time alone. Milliseconds.
 */
export function suspendedMs({ monotonicMs, uptimeMs, wallMs }: Passed): number {
  const missing = Math.min(uptimeMs, wallMs) - monotonicMs;
  return missing >= SHORTEST_SUSPENSION_MS ? missing : 0;
}

/** A suspension has passed for everybody else: the time steps over it. */
export const afterSuspension = (before: SteadyTime, now: number, ms: number): SteadyTime => ({
  monotonic: now,
  time: timeAt(before, now) + ms,
  aheadMs: aheadAt(before, now),
});

/**
 * The time for people outside of the installation, who compare it with clocks of their own: the median of the steady time,
 * PostgreSQL's and this machine's wall clock. So it is right as long as two of the three are.
 */
export function outsideTimeAt(steady: SteadyTime, now: number, wall: number): number {
  const time = timeAt(steady, now);
  const server = time + aheadAt(steady, now);
  return Math.min(Math.max(wall, Math.min(time, server)), Math.max(time, server));
}

const widthOf = ({ sentAt, receivedAt }: Reading): number => receivedAt - sentAt;
