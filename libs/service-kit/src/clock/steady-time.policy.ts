/**
 * How fast a difference from PostgreSQL's clock is corrected: by at most this share of the time that passes. It is larger than
 * the drift of a quartz clock (0.05 %), and so small that a retry after 60 s comes at most 0.6 s early.
 */
export const MAX_SLEW = 0.01;
/** A larger difference that appears between two readings is a jump, and logged: neither drift nor a slow answer makes a minute. */
export const JUMP_MS = 60_000;
/** Shorter suspensions are not seen, since `os.uptime()` counts whole seconds on some systems. They are corrected like drift. */
export const SHORTEST_SUSPENSION_MS = 2_000;

/** The steady time at one moment of the monotonic clock, from which later times follow. All in milliseconds. */
export interface SteadyTime {
  readonly monotonic: number;
  /** Steady time, since the epoch. */
  readonly time: number;
  /** By how much PostgreSQL's clock is ahead of it; negative if it is behind. */
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

/** The time that has passed by each of the clocks of this machine, milliseconds. */
export interface Passed {
  readonly monotonicMs: number;
  /** Since the machine was booted, suspensions included. */
  readonly uptimeMs: number;
  /** By the wall clock, which may be set. */
  readonly wallMs: number;
}

/** The steady time at a moment of the monotonic clock. It never goes back: if PostgreSQL's clock is behind, it only goes slower. */
export const timeAt = ({ monotonic, time, aheadMs }: SteadyTime, now: number): number =>
  time + (now - monotonic) + madeUpFor(aheadMs, now - monotonic);

/** By how much PostgreSQL's clock is still ahead. */
export const aheadAt = ({ monotonic, aheadMs }: SteadyTime, now: number): number =>
  aheadMs - madeUpFor(aheadMs, now - monotonic);

function madeUpFor(aheadMs: number, passedMs: number): number {
  const most = MAX_SLEW * passedMs;
  return Math.min(Math.max(aheadMs, -most), most);
}

/** Begins in the middle of the narrowest reading. It may step there, since no time has been given out yet. */
export function begunAt(readings: readonly Reading[]): SteadyTime {
  const [best] = readings.toSorted((one, other) => widthOf(one) - widthOf(other));
  if (!best) throw new Error('The clock begins with a reading.');
  return { monotonic: best.receivedAt, time: best.serverTime + widthOf(best) / 2, aheadMs: 0 };
}

/**
 * The steady time after one more reading. The answer was on its way for an unknown part of the time between question and answer, so
 * PostgreSQL's clock now shows a time between `serverTime` and `serverTime` plus that time. Only a difference beyond these bounds is
 * corrected. So a slow answer, or one that waited unread in this process, changes nothing.
 */
export function afterReading(before: SteadyTime, reading: Reading): SteadyTime {
  const time = timeAt(before, reading.receivedAt);
  const least = reading.serverTime;
  const most = least + widthOf(reading);
  const aheadMs = time < least ? least - time : time > most ? most - time : 0;
  return { monotonic: reading.receivedAt, time, aheadMs };
}

/** By how much PostgreSQL's clock has jumped between two readings, milliseconds; 0 if the difference is too small for a jump. */
export function jumpBetween(before: SteadyTime, after: SteadyTime): number {
  const jumpedMs = after.aheadMs - aheadAt(before, after.monotonic);
  return Math.abs(jumpedMs) > JUMP_MS ? jumpedMs : 0;
}

/**
 * How long the machine was suspended, milliseconds: meanwhile its monotonic clock stood still, but its uptime and its wall clock
 * went on. The smaller one of these two counts, so that neither clock alone can move the time.
 */
export function suspendedMs({ monotonicMs, uptimeMs, wallMs }: Passed): number {
  const missing = Math.min(uptimeMs, wallMs) - monotonicMs;
  return missing >= SHORTEST_SUSPENSION_MS ? missing : 0;
}

/** The steady time after a suspension: it steps over the suspension, since for all other machines that time has passed. */
export const afterSuspension = (before: SteadyTime, now: number, ms: number): SteadyTime => ({
  monotonic: now,
  time: timeAt(before, now) + ms,
  aheadMs: aheadAt(before, now),
});

/**
 * The time for systems outside of the installation, which compare it with clocks of their own: the median of the steady time,
 * PostgreSQL's clock and this machine's wall clock. So it is right as long as two of the three are right.
 */
export function outsideTimeAt(steady: SteadyTime, now: number, wall: number): number {
  const time = timeAt(steady, now);
  const server = time + aheadAt(steady, now);
  return Math.min(Math.max(wall, Math.min(time, server)), Math.max(time, server));
}

const widthOf = ({ sentAt, receivedAt }: Reading): number => receivedAt - sentAt;
