import type { Client } from 'pg';
import { versionOfSession } from '../application-name.ts';
import type { ListedMigration } from './phase.ts';
import { namesOf } from './phase.ts';
import type { SchemaState } from './schema-version.policy.ts';
import { compareVersions } from './schema-version.policy.ts';

export interface Schema {
  /** Its name, such as `registry`. */
  readonly schema: string;
  /** In the order in which they run. */
  readonly migrations: readonly ListedMigration[];
}

/** Reads the state of a schema. It changes nothing; the schema need not exist. */
export async function readSchemaState(client: Client, { schema, migrations }: Schema): Promise<SchemaState> {
  const done = new Set(
    (await rowsOf<{ name: string }>(client, schema, 'migrations', 'select name from')).map(({ name }) => name),
  );
  const [newest] = await rowsOf<{ version: string }>(client, schema, VERSION_TABLE, 'select version from');
  const pending = (phase: 'expand' | 'contract') => namesOf(migrations, phase).filter((name) => !done.has(name));
  return { version: newest?.version, missing: pending('expand'), uncontracted: pending('contract') };
}

const VERSION_TABLE = 'schema_version';

/** Records the version that migrated the schema, unless a newer version is recorded already. */
export async function recordSchemaVersion(client: Client, schema: string, version: string): Promise<void> {
  const table = `${client.escapeIdentifier(schema)}.${VERSION_TABLE}`;
  await client.query(`create table if not exists ${table} (
    is_only_row boolean primary key default true check (is_only_row),
    version text not null,
    migrated_at timestamptz not null default now()
  )`);
  const { rows } = await client.query<{ version: string }>(`select version from ${table}`);
  if (rows[0] !== undefined && compareVersions(rows[0].version, version) >= 0) return;
  await client.query(
    `insert into ${table} (version) values ($1)
     on conflict (is_only_row) do update set version = excluded.version, migrated_at = now()`,
    [version],
  );
}

/** The versions of the services whose sessions use the schema now; only sessions of this database count. */
export async function connectedVersions(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name is not null`,
  );
  return rows.flatMap(({ name }) => versionOfSession(schema, name) ?? []);
}

/** The rows of a table that may not exist. */
async function rowsOf<Row extends object>(
  client: Client,
  schema: string,
  table: string,
  select: string,
): Promise<Row[]> {
  const name = `${client.escapeIdentifier(schema)}.${table}`;
  const { rows: found } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
  return found[0]?.there ? (await client.query<Row>(`${select} ${name}`)).rows : [];
}
