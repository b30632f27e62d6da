import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import type { Log } from '../log.ts';
import { postgresListenSettings } from './postgres-listen.ts';
import type { PostgresListen } from './postgres-listen.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { initialiseCluster, passwordOf } from './postgres-cluster.ts';
import { postgresHome, rememberedHome, removeHome } from './postgres-home.ts';
import type { EndingStep } from '../processes.ts';
import { commandLineOf, endProcess, markOf } from '../processes.ts';
import { startServerProcess, untilReady } from '../server-process.ts';
import { postgresTlsSettings } from './postgres-tls.ts';
import type { PostgresTls } from './postgres-tls.ts';
import { serverUser } from '../server-user.ts';

export interface PostgresOptions {
  /** Everything lies here and survives restarts (see `postgresHome` for the one exception). */
  readonly dataDir: string;
  /** Exactly this port of 127.0.0.1; without it any free one. */
  readonly port?: number;
  /** Takes only connections with TLS, on this certificate; its name is to be `localhost`. */
  readonly tls?: PostgresTls;
  /** One more address than 127.0.0.1, for clients in another network namespace. Not together with `tls`. */
  readonly listen?: PostgresListen;
  /** The database that `url` names; made when it is missing. Default `postgres`. */
  readonly database?: string;
  /** A library that it loads when it starts, such as `pg_stat_statements`. */
  readonly preload?: string | undefined;
  /** Default `<dataDir>/postgres.log`. */
  readonly logFile?: string;
  readonly log: Log;
}

export interface RunningPostgres {
  /** postgres://user:password@127.0.0.1:port/database */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves with a sentence when the server is gone, asked to or not. */
  readonly exited: Promise<string>;
  /** Fast shutdown: sessions are ended, everything is on disk. `hard` does not wait: the next start recovers from the log. */
  stop(options?: { hard?: boolean }): Promise<void>;
}

const RECOVERY_MS = 120_000;
/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. */
const FAST: readonly EndingStep[] = [
  { signal: 'SIGINT', waitMs: 20_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];
const HARD: readonly EndingStep[] = FAST.slice(1);

/**
 * Starts the PostgreSQL that npm brought, on 127.0.0.1 only unless `listen` says else, with fsync on; resolves when it takes connections.
 * A server that a killed launcher left running on the same data is ended first.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir);
  const user = serverUser();
  const binaries = postgresBinaries(user, options.log);
  const cluster = postgresHome(dataDir, user, options.log);
  await endLeftover(cluster, options.log);
  await initialiseCluster({ binaries, cluster, dataDir, user, log: options.log });

  const port = options.port ?? (await freePort());
  const logFile = options.logFile ?? join(dataDir, 'postgres.log');
  const tls = options.tls ? postgresTlsSettings(options.tls, cluster, user) : {};
  const listen = options.listen ? postgresListenSettings(options.listen, cluster, user) : {};
  const preload = options.preload ? { shared_preload_libraries: options.preload } : {};
  const server = await startServerProcess({
    name: 'PostgreSQL',
    command: join(binaries, 'bin/postgres'),
    args: [
      '-D',
      cluster,
      ...Object.entries({ ...settings(port), ...preload, ...listen, ...tls }).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]),
    ],
    cwd: cluster,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    logFile,
    uid: user?.uid,
    gid: user?.gid,
  });
  const host = options.tls ? 'localhost' : '127.0.0.1';
  const url = (database: string): string => `postgres://postgres:${passwordOf(dataDir)}@${host}:${port}/${database}`;
  const database = options.database ?? 'postgres';
  try {
    const attempt = (): Promise<void> => ensureDatabase(url('postgres'), database, options.tls);
    await untilReady(server, { name: 'PostgreSQL', logFile, timeoutMs: RECOVERY_MS, attempt });
  } catch (error) {
    await server.end(HARD);
    throw error;
  }
  return {
    url: url(database),
    port,
    pid: server.pid,
    exited: server.exited,
    stop: ({ hard = false } = {}) => server.end(hard ? HARD : FAST),
  };
}

/** Ours for the time of this run only; nothing that Signet does relies on one of them. */
const settings = (port: number): Record<string, string | number> => ({
  port,
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
});

async function ensureDatabase(adminUrl: string, database: string, tls: PostgresTls | undefined): Promise<void> {
  // Our own server, on this machine: there is nothing to verify.
  const ssl = tls !== undefined && { rejectUnauthorized: false, key: tls.key, cert: tls.cert };
  const client = new pg.Client({ connectionString: adminUrl, ssl, connectionTimeoutMillis: 5_000 });
  // A server that goes away while we hang up would be an error without a listener.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** The first line of postmaster.pid is the process; PostgreSQL removes the file unless it or the machine was killed. */
async function endLeftover(cluster: string, log: Log): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const mark = markOf(Number.parseInt(readFileSync(file, 'utf8'), 10));
  if (mark === undefined || !commandLineOf(mark.pid).includes(cluster)) return;
  log(`Ending the PostgreSQL that an earlier run left behind (process ${mark.pid})`);
  await endProcess(mark, FAST);
}

/** Ends the server that a killed launcher left running on this data, if there is one. `startPostgres` does so too. */
export const endLeftoverPostgres = (dataDir: string, log: Log): Promise<void> =>
  endLeftover(rememberedHome(dataDir) ?? join(resolve(dataDir), 'cluster'), log);

/** Removes a database, wherever it lies; a server that was left running on it is ended first. */
export async function removePostgres(dataDir: string, log: Log): Promise<void> {
  await endLeftoverPostgres(dataDir, log);
  const outside = rememberedHome(dataDir);
  if (outside !== undefined) removeHome(outside);
  rmSync(dataDir, { recursive: true, force: true });
}
