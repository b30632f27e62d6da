import type { Clock } from '@signet/contracts';
import type { Samples } from '@signet/service-kit';
import { gauge } from '@signet/service-kit';
import { sql } from 'kysely';
import type { Registry } from 'prom-client';
import type { Database } from '../database/database.port.ts';
import { isoDay } from '../database/partition-names.ts';
import { DELIVERY_METRICS } from './definitions.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Gauges about the database: the days that have partitions, and the running replays. */
export function sampleStorage(registry: Registry, samples: Samples, database: Database, clock: Clock): void {
  const oldest = gauge(registry, DELIVERY_METRICS.oldestDayAge);
  const ahead = gauge(registry, DELIVERY_METRICS.daysAhead);
  samples.add({
    name: 'days',
    read: () => readDays(database),
    show: ({ first, last }) => {
      const now = clock().getTime();
      if (first === null || last === null) return;
      oldest.set(Math.max(0, (now - Date.parse(first)) / 1_000));
      ahead.set((Date.parse(last) - Date.parse(isoDay(now))) / DAY_MS);
    },
    hide: () => {
      oldest.remove();
      ahead.remove();
    },
  });
  const replays = gauge(registry, DELIVERY_METRICS.replays);
  const idle = gauge(registry, DELIVERY_METRICS.replayIdleSeconds);
  samples.add({
    name: 'replays',
    read: () => readReplays(database, clock()),
    show: ({ running, idleSeconds }) => {
      replays.set(running);
      idle.set(Math.max(0, idleSeconds));
    },
    hide: () => {
      replays.remove();
      idle.remove();
    },
  });
}

/** First and last day for which deliveries have a partition, as `YYYY-MM-DD`. */
async function readDays(database: Database): Promise<{ first: string | null; last: string | null }> {
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select min(day) as first, max(day) as last from (
      select to_char(to_date(substring(inhrelid::regclass::text from '(\\d{8})$'), 'YYYYMMDD'), 'YYYY-MM-DD') as day
      from pg_inherits where inhparent = to_regclass('deliveries')) days`.execute(database.query);
  return rows[0] ?? { first: null, last: null };
}

/**
 * The number of running replays, and the longest time for which one of them has made no progress. A replay of a time that is
 * not over yet has not begun, and does not count.
 */
async function readReplays(database: Database, now: Date): Promise<{ running: number; idleSeconds: number }> {
  const { rows } = await sql<{ running: string; since: Date | null }>`
    select count(*) as running, min(updated_at) as since from replays where state = 'running' and until <= ${now}`.execute(
    database.query,
  );
  const [{ running = '0', since = null } = {}] = rows;
  return { running: Number(running), idleSeconds: since === null ? 0 : (now.getTime() - since.getTime()) / 1_000 };
}
