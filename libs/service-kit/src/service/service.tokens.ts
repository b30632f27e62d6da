/** Injection token of the settings that were given to `runService`. */
export const SETTINGS = Symbol('signet.settings');
/** Injection token of the Clock. In a service with a database it gives PostgreSQL's time, and goes on steadily if a clock of a machine is set (ADR 42). */
export const CLOCK = Symbol('signet.clock');
/** Injection token of the Clock for times that others compare with their own clocks, such as the time of a signature. */
export const OUTSIDE_CLOCK = Symbol('signet.outside-clock');
/** Injection token of the SteadyClock behind both clocks; null if there is no database, or if a test gave a clock. */
export const STEADY_CLOCK = Symbol('signet.steady-clock');
