import pg from 'pg';

/** A connection on which a test writes to the log and decides when to commit. */
export async function logSession(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(text, values)).rows;
  return {
    query,
    /** Adds an event of a stream of its own; `recordedAt` is for the lag. */
    add: (name: string, recordedAt = new Date()) =>
      query(
        `insert into events (stream_id, version, type, data, actor, recorded_at) values ($1, 1, 'Added', '{}', 'ann', $2)`,
        [name, recordedAt],
      ),
    /** Ends the session that holds the lock of a relay, as a crash of its process does. */
    killRelay: (name: string) =>
      query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()`,
        [`signet relay ${name}`],
      ),
    /** Whether the relay has looked at the log since `time`, a timestamp as the server writes it. */
    hasLookedSince: async (name: string, time: string): Promise<boolean> => {
      const sql = `select pid from pg_stat_activity where application_name = $1 and datname = current_database()
        and query_start > $2::timestamptz and state = 'idle' and query like '%as "hasMore"'`;
      return (await query(sql, [`signet relay ${name}`, time])).length > 0;
    },
    now: async (): Promise<string> => (await query<{ at: string }>('select clock_timestamp()::text as at'))[0]!.at,
    close: () => client.end(),
  };
}
export type LogSession = Awaited<ReturnType<typeof logSession>>;
