import { isRfc3339, isStorableInstant } from './rfc3339.ts';
import { MESSAGE_RETENTION_MS } from '../kafka/topics.ts';

const HOUR_MS = 60 * 60 * 1000;
/** A message may be this far ahead of our clock: producers' clocks and time zones are wrong now and then. */
const MAX_AHEAD_MS = 24 * HOUR_MS;
/** The clocks of two of our replicas are not further apart. */
const CLOCKS_APART_MS = HOUR_MS;

/** The limits for the time of a message. */
export interface TimeLimits {
  /** The present, milliseconds since the epoch. */
  readonly now: number;
  /** How long deliveries are kept: a message that is older would go to a day that is dropped already. */
  readonly retentionMs: number;
  /** How far ahead it may be; default: a day. */
  readonly aheadMs?: number;
}

/**
 * The limits for a record that is read from a canonical topic. Another replica has checked it with its own clock when it arrived, and
 * since then it may have been on the topic for as long as Kafka keeps it.
 */
export const canonicalTimeLimits = ({ now, retentionMs }: TimeLimits): TimeLimits => ({
  now,
  retentionMs: retentionMs + MESSAGE_RETENTION_MS,
  aheadMs: MAX_AHEAD_MS + CLOCKS_APART_MS,
});

export type TimeFault = 'not_a_time' | 'too_far_ahead' | 'too_old';

/** The fault in a message's own time; undefined if there is none. */
export function timeFault(time: string, limits: TimeLimits): TimeFault | undefined {
  return isRfc3339(time) ? instantFault(Date.parse(time), limits) : 'not_a_time';
}

/** The same for milliseconds since the epoch, such as the timestamp of a Kafka record. */
export function instantFault(
  instant: number,
  { now, retentionMs, aheadMs = MAX_AHEAD_MS }: TimeLimits,
): TimeFault | undefined {
  if (!Number.isFinite(instant)) return 'not_a_time';
  if (instant > now + aheadMs) return 'too_far_ahead';
  if (instant < now - retentionMs) return 'too_old';
  // With a retention of thousands of years, a time may be in a year that PostgreSQL does not have.
  return isStorableInstant(instant) ? undefined : 'too_old';
}

/**
 * A Kafka record's timestamp if it is within the limits, else the present. Some producers send −1, 0, seconds, microseconds,
 * nanoseconds or times years ahead, and with the default settings of Kafka 3.7 a broker refuses none of them.
 */
export const recordTime = (timestamp: number, limits: TimeLimits): number =>
  instantFault(timestamp, limits) === undefined ? timestamp : limits.now;
