import { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from 'pg';
import { belongingOf, compareWithDatabase, recordInDatabase } from '../../installation/database-installation.ts';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../../service/start/start-refused.error.ts';
import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { VERSION } from '../../version.ts';
import { applicationName } from '../application-name.ts';
import { withClient } from '../connect.ts';
import { databaseOptions } from '../database-options.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { requireOwnSessionsNow } from '../sessions/own-sessions.ts';
import { DEFAULT_MIGRATE_WAIT_MS } from './migrate-wait.ts';
import { takeMigrationLock } from './migration-lock.ts';
import type { Phase } from './phase.ts';
import { runMigration } from './run-migration.ts';
import { connectedVersions, readSchemaState, recordSchemaVersion } from './schema-state.ts';
import type { SchemaState } from './schema-version.policy.ts';
import { reasonAgainstContracting, reasonAgainstNewer, reasonAgainstOlder } from './schema-version.policy.ts';

const SILENT: WaitingLog = { info: () => undefined, warn: () => undefined };

/** PostgreSQL frees the lock of a holder that is silent for so long. While a migration runs it asks for blockers seven times a second. */
const LOCK_LEASE_MS = 60_000;

export interface MigrateOptions {
  /** Default: expand. */
  readonly phase?: Phase;
  readonly logger?: WaitingLog;
  /** The version whose migrations they are. */
  readonly version?: string;
}

/**
 * Brings a service's schema up to date, and makes it if it is not there. Services and replicas start side by side: an
 * advisory lock, held by a connection of its own so that it goes when the process does, lets one at a time through, and
 * the others find nothing left to do.
 *
 * @returns the names of the migrations that ran
 * @throws StartRefusedError when the schema belongs to another installation, was used with another prefix, or belongs to a version that is too new, or a pooler shares
 *   sessions, or somebody holds a lock for too long
 */
export async function migrate(
  options: DatabaseOptions,
  { phase = 'expand', logger = SILENT, version = VERSION }: MigrateOptions = {},
): Promise<string[]> {
  const { schema } = options;
  const own = belongingOf(options);
  await requireOwnSessionsNow(options);
  const job = applicationName(schema, 'migration');
  const longestMs = options.migrateWaitMs ?? DEFAULT_MIGRATE_WAIT_MS;
  const orm = await MikroORM.init(databaseOptions(options, 'migrating', 'migration'));
  const work = async (client: Client): Promise<string[]> => {
    await takeMigrationLock(client, longestMs, logger);
    await client.query(`set idle_session_timeout = ${LOCK_LEASE_MS}`);
    if (own) await compareWithDatabase(client, schema, own);
    const state = await readSchemaState(client, options);
    refuse(reasonAgainstNewer(schema, state.version, version));
    if (phase === 'contract')
      refuse(reasonAgainstContracting(schema, state, await connectedVersions(client, schema), version));
    await client.query(`create schema if not exists ${client.escapeIdentifier(schema)}`);
    const names = phase === 'contract' ? state.uncontracted : state.missing;
    for (const name of names) await runMigration(name, { orm, client, applicationName: job, longestMs, logger });
    await recordSchemaVersion(client, schema, version);
    if (own) await recordInDatabase(client, schema, own);
    return [...names];
  };
  try {
    // Of its own statements none is long.
    return await withClient(options, work, { name: `${schema} migrations` });
  } finally {
    await orm.close();
  }
}

/** Looks whether a schema can be used as it is, and records whose it is. @throws StartRefusedError when it is too old or too new */
export async function requireSchema(options: DatabaseOptions): Promise<SchemaState> {
  const { schema } = options;
  const state = await withClient(options, (client) => readSchemaState(client, options));
  refuse(reasonAgainstNewer(schema, state.version, VERSION));
  const reason = reasonAgainstOlder(schema, state, VERSION);
  // Another try helps as soon as somebody has migrated.
  if (reason !== undefined) throw new StartRefusedError(reason, EXIT_UNAVAILABLE);
  const own = belongingOf(options);
  // Whoever has migrated need not have known the prefix.
  if (own) await withClient(options, (client) => recordInDatabase(client, schema, own));
  return state;
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new StartRefusedError(reason);
}
