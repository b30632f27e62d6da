import { systemMonotonic } from '@signet/contracts';
import type { Monotonic } from '@signet/contracts';
import type { Pool } from 'pg';
import type { Reading } from './steady-time.policy.ts';

/** The part that pg's Client and the clients of its pool have in common. */
interface Session {
  query(statement: string): Promise<{ rows: { ms: number }[] }>;
}

/** Several, since the first statements of a session are slow in a process that has just started. */
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

/** Asks over a connection of the pool. The wait for the connection does not count: it would make the answer look slow and inexact. */
export async function timeOfPool(pool: Pool): Promise<Reading> {
  const client = await pool.connect();
  try {
    return await askForTheTime(client, systemMonotonic);
  } finally {
    client.release();
  }
}
