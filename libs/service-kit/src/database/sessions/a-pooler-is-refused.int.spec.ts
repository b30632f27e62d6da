import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import pg from 'pg';
import { reachableDatabase } from '../../service/start/preflight.ts';
import { requireOwnSessions } from './own-sessions.ts';

const PROGRAM = 'pgbouncer';
const HAS_POOLER = spawnSync(PROGRAM, ['--version']).status === 0;
const LEADS_TO_POOLER = /^SIGNET_DATABASE_URL leads to a pooler that shares sessions, such as PgBouncer: .*\.$/;

let database: TestDatabase;
let pooler: ChildProcess | undefined;
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  if (pooler?.exitCode === null && pooler.kill('SIGKILL')) await once(pooler, 'exit');
});
afterAll(() => database.drop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** PgBouncer in front of the test's database; resolves to the URL through it. */
async function startPooler(settings: Record<string, string>): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(database.url);
  const name = pathname.slice(1);
  const folder = mkdtempSync(join(tmpdir(), 'signet-pooler-'));
  chmodSync(folder, 0o755);
  const listenPort = await freePort();
  const target = `host=${hostname} port=${port} dbname=${name} user=${username} password=${password}`;
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: String(listenPort),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    // It does not run as root.
    ...(process.getuid?.() === 0 && { user: 'nobody' }),
    ...settings,
  };
  const file = join(folder, 'pgbouncer.ini');
  const text = Object.entries(lines).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(file, ['[databases]', `${name} = ${target}`, '[pgbouncer]', ...text, ''].join('\n'), { mode: 0o644 });
  pooler = spawn(PROGRAM, ['-q', file], { stdio: 'ignore' });
  const url = `postgres://${username}:${password}@127.0.0.1:${listenPort}/${name}`;
  await waitFor(() => answers(url), { what: 'PgBouncer to answer' });
  return url;
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('select 1');
  await client.end();
  return true;
}

test('PostgreSQL itself is no pooler', async () => {
  await expect(requireOwnSessions({ url: database.url })).resolves.toBeUndefined();
});

// The name shows in the list of the tests that these were skipped, and why.
describe(HAS_POOLER ? 'behind PgBouncer' : 'behind PgBouncer (skipped: pgbouncer is not installed)', () => {
  const given = HAS_POOLER ? test : test.skip;

  given('a start ends at once with the sentence, instead of waiting for something better', async () => {
    const url = await startPooler({});
    const lines: string[] = [];
    const logger = { info: () => undefined, warn: (_: object, line: string) => void lines.push(line) };
    const refused = reachableDatabase({ url }, { logger, longestMs: 60_000 });
    await expect(refused).rejects.toMatchObject({
      name: 'StartRefusedError',
      message: expect.stringMatching(LEADS_TO_POOLER),
    });
    await expect(refused).rejects.toThrow('unsupported startup parameter: options');
    expect(lines).toEqual([]);
  });

  given.each(['transaction', 'session', 'statement'])(
    'a pooler that accepts our settings and does not pass them on is detected, pool_mode %s',
    async (mode) => {
      const url = await startPooler({ ignore_startup_parameters: 'options', pool_mode: mode });
      await expect(requireOwnSessions({ url })).rejects.toThrow(LEADS_TO_POOLER);
      await expect(requireOwnSessions({ url })).rejects.toThrow(
        'it drops idle_in_transaction_session_timeout, lock_timeout, statement_timeout',
      );
    },
  );

  given('a pooler whose server has our settings for all sessions is recognized by its shared sessions', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const ours = { statement_timeout: 30_000, lock_timeout: 10_000, idle_in_transaction_session_timeout: 30_000 };
    for (const [setting, value] of Object.entries(ours))
      await client.query(`alter database ${name} set ${setting} = ${value}`);
    await client.end();
    const url = await startPooler({ ignore_startup_parameters: 'options' });
    await expect(requireOwnSessions({ url })).rejects.toThrow('one connection was served by two sessions');
  });
});
