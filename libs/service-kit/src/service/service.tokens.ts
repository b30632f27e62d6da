/** Injection token of the settings that were given to `runService`. */
export const SETTINGS = Symbol('signet.settings');
/** Injection token of the Clock. In a service with a database it is PostgreSQL's time, and heeds no wall clock (ADR 42). */
export const CLOCK = Symbol('signet.clock');
/** Injection token of the Clock for what people outside compare with their own clocks: the time of a signature. */
export const OUTSIDE_CLOCK = Symbol('signet.outside-clock');
/** Injection token of the SteadyClock that is behind both; null where there is no database, or a test gave a clock. */
export const STEADY_CLOCK = Symbol('signet.steady-clock');
