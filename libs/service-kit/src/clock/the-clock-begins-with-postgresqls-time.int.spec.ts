import { systemMonotonic } from '@signet/contracts';
import { expect, test } from '@jest/globals';
import { testDatabase } from '@signet/testing';
import pg from 'pg';
import { firstReadings, timeOfPool } from './ask-for-the-time.ts';
import { SteadyClock } from './steady-clock.ts';

const DAY = 24 * 3_600_000;

test('it begins with PostgreSQL’s time, however wrong the wall clock is, and hears it again over a pool', async () => {
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  try {
    const jumps: number[] = [];
    const clock = new SteadyClock({ wall: () => new Date(Date.now() - DAY), onJump: (ms) => void jumps.push(ms) });
    const client = await pool.connect();
    clock.begin(await firstReadings(client, systemMonotonic));
    client.release();
    clock.heard(await timeOfPool(pool));
    const { sentAt, receivedAt, serverTime } = await timeOfPool(pool);
    const widthMs = receivedAt - sentAt;
    // The bound allows for the time between question and answer now, and for a slow answer at the beginning.
    expect(Math.abs(clock.now().getTime() - serverTime)).toBeLessThan(widthMs + 1_000);
    expect(Math.round(clock.wallAheadMs / DAY)).toBe(-1);
    expect(jumps).toEqual([]);
  } finally {
    await pool.end();
    await database.drop();
  }
});
