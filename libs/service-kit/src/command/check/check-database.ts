import type { Client } from 'pg';
import { withClient } from '../../database/connect.ts';
import type { DatabaseOptions } from '../../database/database-options.ts';
import { nameOf } from '../../database/schema/phase.ts';
import { connectedVersions, readSchemaState } from '../../database/schema/schema-state.ts';
import { lacksOnlyOwn, reasonAgainstNewer, reasonAgainstOlder } from '../../database/schema/schema-version.policy.ts';
import { compareWithDatabase } from '../../installation/database-installation.ts';
import { VERSION } from '../../version.ts';
import type { Checked } from './checked.ts';
import { checked, fault, ok, warning } from './checked.ts';
import { clockChecked } from './clock.policy.ts';

/** `server_version_num` of PostgreSQL 15. */
const LEAST_SERVER = 150_000;

export interface DatabaseCheck {
  readonly database: DatabaseOptions;
  readonly installation: string;
  /** Further checks that a start of the service makes; they throw StartRefusedError. */
  readonly checkDatabase?: ((client: Client) => Promise<void>) | undefined;
}

/** Checks what a service needs from PostgreSQL, which was reachable a moment ago. It changes nothing. */
export const checkDatabase = ({ database, installation, checkDatabase: more }: DatabaseCheck): Promise<Checked[]> =>
  withClient(database, async (client) => [
    await server(client),
    await clock(client),
    ...(await checked('installation', async () => {
      await compareWithDatabase(client, database.schema, { installation, prefix: database.prefix });
      return [ok('installation', `The schema ${database.schema} is free, or of the installation "${installation}".`)];
    })),
    ...(await schema(client, database)),
    ...(await checked('sealing-keys', async () => {
      if (more === undefined) return [];
      await more(client);
      return [ok('sealing-keys', 'The sealing keys open what is stored.')];
    })),
  ]);

async function server(client: Client): Promise<Checked> {
  const { rows } = await client.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  const { number, version } = rows[0]!;
  return number < LEAST_SERVER
    ? fault('postgresql', `PostgreSQL is of version ${version}; Signet needs 15 or newer.`)
    : ok('postgresql', `PostgreSQL ${version} lets us in.`);
}

async function clock(client: Client): Promise<Checked> {
  const before = Date.now();
  const { rows } = await client.query<{ now: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  );
  return clockChecked(before, rows[0]!.now, Date.now());
}

async function schema(client: Client, database: DatabaseOptions): Promise<Checked[]> {
  const { schema: name } = database;
  const state = await readSchemaState(client, database);
  const tooNew = reasonAgainstNewer(name, state.version, VERSION);
  if (tooNew !== undefined) return [fault('schema', tooNew)];
  const tooOld = reasonAgainstOlder(name, state, VERSION);
  // Before an update this is no fault: the next step of docs/guides/upgrading.md migrates the schema.
  const isAhead = lacksOnlyOwn(state, database.migrations.map(nameOf), database.lastOf ?? {}, VERSION);
  if (tooOld !== undefined) return [(isAhead ? warning : fault)('schema', tooOld)];
  const versions = [...new Set(await connectedVersions(client, name))].toSorted();
  const users = versions.length === 0 ? 'No service uses it now.' : `It is used by version ${versions.join(', ')}.`;
  const found = ok('schema', `The schema ${name} has what version ${VERSION} needs. ${users}`);
  if (state.uncontracted.length === 0) return [found];
  const waiting = `The schema ${name} can be contracted once every replica has version ${VERSION}: ${state.uncontracted.join(', ')}.`;
  return [found, warning('schema', waiting)];
}
