/** The present, injected wherever it matters, so that a test can hold it still. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** Milliseconds since any moment, for durations: nobody sets this clock, while a wall clock may jump by hours. */
export type Monotonic = () => number;

export const systemMonotonic: Monotonic = () => performance.now();
