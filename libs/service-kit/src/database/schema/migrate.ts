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

/** PostgreSQL frees the lock of a holder after so much silence. A running migration is not silent: it asks for blockers seven times a second. */
const LOCK_LEASE_MS = 60_000;

export interface MigrateOptions {
  /** Default: expand. */
  readonly phase?: Phase;
  readonly logger?: WaitingLog;
  /** The version to which the migrations belong. */
  readonly version?: string;
}

/**
 * Brings a service's schema up to date, and makes it if it does not exist. Services and replicas may start at the same time: an
 * advisory lock lets one migrate at a time, and the others find nothing left to do. A connection of its own holds the lock, so
 * the lock is freed when the process ends.
 *
 * @returns the names of the migrations that ran
 * @throws StartRefusedError when the schema belongs to another installation, was used with another prefix, or belongs to a version that is too new, or a pooler shares
 *   sessions, or another session holds a lock for too long
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
    // None of the statements on this client takes long; the migrations run on the ORM's sessions.
    return await withClient(options, work, { name: `${schema} migrations` });
  } finally {
    await orm.close();
  }
}

/** Checks whether a schema can be used as it is, and records its installation. @throws StartRefusedError when it is too old or too new */
export async function requireSchema(options: DatabaseOptions): Promise<SchemaState> {
  const { schema } = options;
  const state = await withClient(options, (client) => readSchemaState(client, options));
  refuse(reasonAgainstNewer(schema, state.version, VERSION));
  const reason = reasonAgainstOlder(schema, state, VERSION);
  // EXIT_UNAVAILABLE: another start succeeds as soon as the schema has been migrated.
  if (reason !== undefined) throw new StartRefusedError(reason, EXIT_UNAVAILABLE);
  const own = belongingOf(options);
  // The process that migrated may not have known the prefix.
  if (own) await withClient(options, (client) => recordInDatabase(client, schema, own));
  return state;
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new StartRefusedError(reason);
}
