import type { Options } from '@mikro-orm/postgresql';

/** For tests that move the timers or run on a busy machine: connections do not end when idle, and slow ones do not time out. */
export const withoutPoolTimers = ({ pool, driverOptions, ...options }: Options): Options => ({
  ...options,
  pool: { ...pool, idleTimeoutMillis: 0 },
  driverOptions: { ...driverOptions, connectionTimeoutMillis: 0, query_timeout: 0 },
});
