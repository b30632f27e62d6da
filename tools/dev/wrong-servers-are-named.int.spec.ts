import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { testBrokers, testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { ROOT } from './settings.ts';

let folder: string;
let database: TestDatabase;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-wrong-'));
  database = await testDatabase();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

async function npmStart(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'tools/dev/start.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      SIGNET_DATA_DIR: folder,
      SIGNET_DATABASE_URL: database.url,
      SIGNET_KAFKA_BROKERS: testBrokers().join(','),
      // Long enough that the first try fails and is reported before the wait ends, also on a busy machine.
      SIGNET_STARTUP_WAIT: '3s',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

test('a database that does not exist', async () => {
  const url = new URL(database.url);
  url.pathname = '/nowhere';
  const { code, output } = await npmStart({ SIGNET_DATABASE_URL: url.href });
  expect(code).toBe(1);
  expect(output).toContain(`PostgreSQL: ${url.host}/nowhere, from SIGNET_DATABASE_URL`);
  expect(output).toContain('PostgreSQL refuses what SIGNET_DATABASE_URL says: database "nowhere" does not exist.');
});

test('a wrong password, which is not shown', async () => {
  const url = new URL(database.url);
  url.password = 'guessed';
  const { code, output } = await npmStart({ SIGNET_DATABASE_URL: url.href });
  expect(code).toBe(1);
  expect(output).toContain('PostgreSQL refuses what SIGNET_DATABASE_URL says: password authentication failed for user');
  expect(output).not.toContain('guessed');
});

test('a broker that is dead', async () => {
  const broker = `127.0.0.1:${await freePort()}`;
  const { code, output } = await npmStart({ SIGNET_KAFKA_BROKERS: broker });
  expect(code).toBe(1);
  expect(output).toContain(
    `Kafka is not reachable yet (SIGNET_KAFKA_BROKERS): ${broker}: ECONNREFUSED; waiting for it`,
  );
  expect(output).toContain(
    `Kafka could not be reached within 3 s: ${broker}: ECONNREFUSED. Check SIGNET_KAFKA_BROKERS.`,
  );
});

test('a setting of a service, before anything is started', async () => {
  const { code, output } = await npmStart({ SIGNET_RETENTION: 'banana', SIGNET_RETENTON: '5d' });
  expect(code).toBe(1);
  expect(output).toContain('SIGNET_RETENTION must be a duration');
  expect(output).not.toContain('PostgreSQL:');
});

test('an option that npm kept for itself', async () => {
  const { code, output } = await npmStart({ npm_config_watch: 'true' });
  expect(code).toBe(1);
  expect(output).toContain('npm kept --watch for itself. Type npm start -- --watch.');
});

test('a broker that is written wrong', async () => {
  const { code, output } = await npmStart({ SIGNET_KAFKA_BROKERS: 'kafka' });
  expect(code).toBe(1);
  expect(output).toContain('SIGNET_KAFKA_BROKERS has the item "kafka", which must be host:port');
});
