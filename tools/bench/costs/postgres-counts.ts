import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { withDatabaseOf } from '../installation/database.ts';
import type { Counts } from './counts.ts';

/** Counts of PostgreSQL, and of the services whose tables a statement names. */
export type PostgresCounts = Readonly<Record<'postgres' | 'registry' | 'delivery', Counts>>;

/** The library that counts statements. PostgreSQL must load it when it starts; the extension then shows what it counts. */
export const STATEMENT_COUNTER = 'pg_stat_statements';

/** A pattern for each service: the names of its tables and functions, without those that both have. Statements name them without a schema. */
const OWNED_NAMES = `owned as (
  select schema, '\\m(' || string_agg(name, '|') || ')\\M' as names
  from (
    select name, min(schema) as schema
    from (
      select relname as name, relnamespace::regnamespace::text as schema from pg_class where relkind in ('r', 'p') and not relispartition
      union select proname, pronamespace::regnamespace::text from pg_proc
    ) as all_names
    where schema in ('registry', 'delivery') group by name having count(*) = 1
  ) as names_of_one group by schema)`;

type Database = Pick<LocalFile, 'databaseUrl'>;

/** Makes the extension in the measured database. Only for a PostgreSQL of our own that loads the library. */
export const showStatements = (local: Database): Promise<void> =>
  withDatabaseOf(
    local,
    async (client) => void (await client.query(`create extension if not exists ${STATEMENT_COUNTER}`)),
  );

/**
 * Exact at once, other than `pg_stat_database`, to which each session reports only now and then. Without `pg_stat_statements` the numbers
 * of statements are missing. Our own statements are left out, except those that end the transaction of one.
 */
export const postgresCounts = (local: Database): Promise<PostgresCounts> =>
  withDatabaseOf(local, async (client) => {
    const { rows } = await client.query<Record<'wal' | 'transactions', string> & { hasStatements: boolean }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal, pg_snapshot_xmax(pg_current_snapshot())::text as transactions,
         exists (select from pg_extension where extname = $1) as "hasStatements"`,
      [STATEMENT_COUNTER],
    );
    const { wal, transactions, hasStatements } = rows[0]!;
    const written = {
      'PostgreSQL: transactions that write': Number(transactions),
      'PostgreSQL: WAL, bytes': Number(wal),
    };
    if (!hasStatements) return { postgres: written, registry: {}, delivery: {} };
    const { rows: statements } = await client.query<Record<'all' | 'ends' | 'registry' | 'delivery', string>>(
      `with ${OWNED_NAMES}
       select coalesce(sum(calls), 0) as all,
         coalesce(sum(calls) filter (where query ~* '^\\s*(commit|rollback|end)\\M'), 0) as ends,
         coalesce(sum(calls) filter (where query ~ (select names from owned where schema = 'registry')), 0) as registry,
         coalesce(sum(calls) filter (where query ~ (select names from owned where schema = 'delivery')), 0) as delivery
       from ${STATEMENT_COUNTER}
       where dbid = (select oid from pg_database where datname = current_database())
         and query !~ 'pg_stat_statements|pg_current_wal_lsn'`,
    );
    const { all, ends, registry, delivery } = statements[0]!;
    return {
      postgres: {
        ...written,
        'PostgreSQL: statements': Number(all),
        'PostgreSQL: commits and rollbacks': Number(ends),
      },
      registry: { 'PostgreSQL: statements': Number(registry) },
      delivery: { 'PostgreSQL: statements': Number(delivery) },
    };
  });
