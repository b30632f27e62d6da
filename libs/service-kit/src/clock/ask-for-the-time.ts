import { systemMonotonic } from '@signet/contracts';
import type { Monotonic } from '@signet/contracts';
import type { Pool } from 'pg';
import type { Reading } from './steady-time.policy.ts';

/** What pg's Client and its connections in a pool have in common. */
interface Session {
  query(statement: string): Promise<{ rows: { ms: number }[] }>;
}

/** In a process that starts, the first statements of a session are slow. */
const FIRST_READINGS = 5;

/** Asks PostgreSQL for its time. `clock_timestamp()` and not `now()`, which stands still within a transaction. */
export async function askForTheTime(session: Session, monotonic: Monotonic): Promise<Reading> {
  const sentAt = monotonic();
  const { rows } = await session.query('select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms');
  const receivedAt = monotonic();
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL did not tell the time.');
  return { sentAt, receivedAt, serverTime: row.ms };
}

/** Several answers, of which the quickest is the most exact. */
export async function firstReadings(session: Session, monotonic: Monotonic): Promise<Reading[]> {
  const readings: Reading[] = [];
  while (readings.length < FIRST_READINGS) readings.push(await askForTheTime(session, monotonic));
  return readings;
}

/** Asks over a connection of the pool. The wait for one does not count: the answer would be taken for a slow, inexact one. */
export async function timeOfPool(pool: Pool): Promise<Reading> {
  const client = await pool.connect();
  try {
    return await askForTheTime(client, systemMonotonic);
  } finally {
    client.release();
  }
}
