import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { rememberedHome } from './postgres-home.ts';
import type { RunningPostgres } from './postgres.ts';
import { removePostgres, startPostgres } from './postgres.ts';
import { markOf } from '../processes.ts';

let folder: string;
const lines: string[] = [];
const log = (line: string): void => void lines.push(line);
const start = (dataDir: string): Promise<RunningPostgres> => startPostgres({ dataDir, database: 'signet', log });

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-postgres-'));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('written data is there after a stop, and after a server that was not stopped', async () => {
  const dataDir = join(folder, 'data');
  const first = await start(dataDir);
  await query(first.url, 'create table t as select 42 as answer');
  expect(await query(first.url, "select current_setting('fsync') as fsync")).toEqual([{ fsync: 'on' }]);
  await first.stop();
  expect(await first.exited).toBe('PostgreSQL ended with exit code 0');

  const forgotten = await start(dataDir);
  const next = await start(dataDir);
  expect(lines.at(-1)).toBe(`Ending the PostgreSQL that an earlier run left behind (process ${forgotten.pid})`);
  expect(markOf(forgotten.pid)).toBeUndefined();
  expect(await query(next.url, 'select * from t')).toEqual([{ answer: 42 }]);
  await next.stop({ hard: true });
  await removePostgres(dataDir, log);
  expect(existsSync(dataDir)).toBe(false);
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot('where the user of PostgreSQL cannot enter, the database lies outside and is found again', async () => {
  const closed = mkdtempSync(join(folder, 'closed-'));
  const dataDir = join(closed, 'data');
  await (await start(dataDir)).stop();
  const home = rememberedHome(dataDir);
  expect(home).toBeDefined();
  expect(lines.filter((line) => line.includes(`the database lies in ${home}`))).toHaveLength(1);
  const again = await start(dataDir);
  expect(await query(again.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await again.stop();
  await removePostgres(dataDir, log);
  expect(existsSync(String(home))).toBe(false);
});

asRoot('a database outside goes when its temporary data folder has gone', async () => {
  const forgotten = join(mkdtempSync(join(folder, 'closed-')), 'data');
  await (await start(forgotten)).stop();
  const home = String(rememberedHome(forgotten));
  rmSync(forgotten, { recursive: true });
  const next = join(mkdtempSync(join(folder, 'closed-')), 'data');
  await (await start(next)).stop();
  expect(existsSync(home)).toBe(false);
  await removePostgres(next, log);
});

// Elsewhere 127.0.0.2 is no address of the machine.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'PostgreSQL listens on 127.0.0.1 alone, or also on a given address for the clients of a given network',
  async () => {
    const dataDir = join(folder, 'listening');
    const elsewhere = (url: string): string => url.replace('127.0.0.1', '127.0.0.2');
    const alone = await start(dataDir);
    await expect(query(elsewhere(alone.url), 'select 1')).rejects.toThrow('ECONNREFUSED');
    await alone.stop();
    const listening = await startPostgres({ dataDir, listen: { address: '127.0.0.2', clients: '127.0.0.0/8' }, log });
    expect(await query(elsewhere(listening.url), 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await query(listening.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await listening.stop();
  },
);
