import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { generateSealingKey } from '@signet/signature';
import { TEST_INSTALLATION, testBrokers, testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { ROOT } from './settings.ts';

const CONFIG = 78;
const UNAVAILABLE = 69;
/** As they are given to signet-admin. */
const ON_POSTGRESQL = ['migrate', 'reseal', 'rebuild --service delivery'];
const ON_BOTH = ['republish', 'rebuild', 'unreadable-webhooks list'];
const ON_KAFKA = ['dead-letters list'];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

async function run(command: string, wrong: Record<string, string>) {
  const child = spawn(process.execPath, ['apps/admin/dist/main.js', ...command.split(' ')], {
    cwd: ROOT,
    env: {
      SIGNET_INSTALLATION: TEST_INSTALLATION,
      SIGNET_SEALING_KEYS: generateSealingKey('test'),
      SIGNET_KAFKA_BROKERS: testBrokers().join(','),
      SIGNET_DATABASE_URL: database.url,
      ...wrong,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { command, code, err };
}

const all = (commands: readonly string[], wrong: Record<string, string>) =>
  Promise.all(commands.map((command) => run(command, wrong)));

test('a wrong password of PostgreSQL is one sentence, at once', async () => {
  const url = new URL(database.url);
  url.password = 'guessed';
  for (const answer of await all([...ON_POSTGRESQL, ...ON_BOTH], { SIGNET_DATABASE_URL: url.href })) {
    expect(answer).toMatchObject({
      code: CONFIG,
      err: expect.stringMatching(
        /^PostgreSQL refuses what SIGNET_DATABASE_URL says: password authentication failed for user ".*"\.\n$/,
      ) as unknown,
    });
  }
}, 120_000);

test('a PostgreSQL that is not there is one sentence', async () => {
  const url = new URL(database.url);
  url.port = String(await freePort());
  for (const answer of await all([...ON_POSTGRESQL, ...ON_BOTH], { SIGNET_DATABASE_URL: url.href })) {
    expect(answer).toMatchObject({
      code: UNAVAILABLE,
      err: `PostgreSQL could not be reached within 5 s: connect ECONNREFUSED ${url.host}. Check SIGNET_DATABASE_URL.\n`,
    });
  }
}, 120_000);

test('a Kafka that is not there is one sentence', async () => {
  const broker = `127.0.0.1:${await freePort()}`;
  for (const answer of await all([...ON_KAFKA, ...ON_BOTH], { SIGNET_KAFKA_BROKERS: broker })) {
    expect(answer).toMatchObject({
      code: UNAVAILABLE,
      err: `Kafka could not be reached within 5 s: ${broker}: ECONNREFUSED. Check SIGNET_KAFKA_BROKERS.\n`,
    });
  }
}, 120_000);
