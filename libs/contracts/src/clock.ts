/** Gives the present; it is injected wherever time matters, so that a test can control it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** Milliseconds since any moment, for durations: this clock cannot be set, while a wall clock may jump by hours. */
export type Monotonic = () => number;

export const systemMonotonic: Monotonic = () => performance.now();

/** The time in RFC 3339, in UTC with milliseconds. */
export const isoTime = (time: Date | string | number): string => new Date(time).toISOString();
