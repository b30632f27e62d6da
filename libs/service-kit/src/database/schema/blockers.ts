import { pause } from '@signet/async';
import type { Client } from 'pg';

/** A session that holds a lock for which a migration waits. It leaves the session's statement out, which may have secret data. */
export interface Blocker {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  readonly client: string;
  /** Milliseconds since its transaction began. */
  readonly sinceMs: number;
}

/** So short that each wait is looked at several times before `lock_timeout` ends it. */
const LOOK_EVERY_MS = 150;

const BLOCKERS = `
  select distinct on (b.pid) b.pid, coalesce(b.usename, '') as user, coalesce(b.application_name, '') as application,
    coalesce(host(b.client_addr), 'local') as client,
    coalesce((extract(epoch from clock_timestamp() - b.xact_start) * 1000)::bigint, 0)::int as "sinceMs"
  from pg_stat_activity w
  cross join lateral unnest(pg_blocking_pids(w.pid)) as by(pid)
  join pg_stat_activity b on b.pid = by.pid
  where w.datname = current_database() and w.application_name = $1`;

/**
 * Does work that may wait for locks, and remembers which sessions block the sessions of that name: after `lock_timeout` has ended the
 * wait, PostgreSQL no longer shows them.
 *
 * @param client a session of its own
 */
export async function watchingBlockers<T>(
  client: Client,
  applicationName: string,
  work: () => Promise<T>,
): Promise<{ readonly result: PromiseSettledResult<T>; readonly blockers: readonly Blocker[] }> {
  let blockers: readonly Blocker[] = [];
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      if (!(await pause(LOOK_EVERY_MS, ended.signal))) return;
      const { rows } = await client.query<Blocker>(BLOCKERS, [applicationName]);
      if (rows.length > 0) blockers = rows;
    }
  })();
  const [result] = await Promise.allSettled([work()]);
  ended.abort();
  await watching;
  return { result, blockers };
}

export function describeBlockers(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return 'sessions that PostgreSQL did not name';
  return blockers
    .map(({ pid, user, application, client, sinceMs }) => {
      const name = application === '' ? 'a session' : `"${application}"`;
      return `${name} of ${user} at ${client} (pid ${pid}, in a transaction for ${Math.round(sinceMs / 1_000)} s)`;
    })
    .join(', ');
}
