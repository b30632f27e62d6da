import type { Options } from '@mikro-orm/postgresql';

/** For tests that move the timers: connections that neither end when they are idle nor are given up when they are slow. */
export const withoutPoolTimers = ({ pool, driverOptions, ...options }: Options): Options => ({
  ...options,
  pool: { ...pool, idleTimeoutMillis: 0 },
  driverOptions: { ...driverOptions, connectionTimeoutMillis: 0, query_timeout: 0 },
});
