import type { Client } from 'pg';
import { withClient } from '../database/connect.ts';
import type { DatabaseAddress } from '../database/database-address.ts';
import type { Leak, SearchReport, SecretSearch } from './secret-search.ts';
import { distinct } from './secret-search.ts';

const AT_ONCE = 1_000;

interface Table {
  readonly schema: string;
  readonly name: string;
}

/**
 * Searches every column of every row of every table, except PostgreSQL's own tables: bytes as hex, JSON as its text.
 * It holds a thousand rows in memory at a time.
 */
export async function searchDatabase(address: DatabaseAddress, search: SecretSearch): Promise<SearchReport> {
  const work = async (client: Client): Promise<SearchReport> => {
    const leaks: Leak[] = [];
    let places = 0;
    let bytes = 0;
    for (const table of await tables(client)) {
      for await (const rows of rowsOf(client, table)) {
        const text = Buffer.from(rows.join('\n'));
        places += rows.length;
        bytes += text.length;
        leaks.push(...search.leaksIn(`table ${table.schema}.${table.name}`, text));
      }
    }
    return { places, bytes, leaks: distinct(leaks) };
  };
  return withClient(address, work, { kind: 'long', name: 'signet-admin search-secrets' });
}

/** Partitions are in the list; partitioned tables are not, since their rows are read from the partitions. */
async function tables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'
     order by 1, 2`,
  );
  return rows;
}

async function* rowsOf(client: Client, { schema, name }: Table): AsyncGenerator<string[]> {
  const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
  await client.query('begin read only');
  try {
    await client.query(`declare rows no scroll cursor for select t::text as row from ${table} as t`);
    for (;;) {
      const { rows } = await client.query<{ row: string | null }>(`fetch ${AT_ONCE} from rows`);
      if (rows.length === 0) return;
      yield rows.map(({ row }) => row ?? '');
    }
  } finally {
    await client.query('rollback');
  }
}
