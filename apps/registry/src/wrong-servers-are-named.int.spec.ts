import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { generateSealingKey } from '@signet/signature';
import type { TestDatabase } from '@signet/testing';
import { TEST_INSTALLATION, testBrokers, testDatabase } from '@signet/testing';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** Long enough that the first try has failed and been told of before it ends, also on a busy machine. */
const WAIT = '3s';
const CONFIG = 78;
const UNAVAILABLE = 69;

let database: TestDatabase;
let silent: Server;
beforeAll(async () => {
  database = await testDatabase();
  // It reads, so that it sees the end of a connection, and never answers.
  silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(async () => {
  silent.close();
  await database.drop();
});

const changed = (change: (url: URL) => void): string => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};

async function startWith(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: '0',
      SIGNET_MANAGEMENT_PORT: '0',
      SIGNET_INSTALLATION: TEST_INSTALLATION,
      SIGNET_SEALING_KEYS: generateSealingKey('test'),
      SIGNET_KAFKA_BROKERS: testBrokers().join(','),
      SIGNET_DATABASE_URL: database.url,
      SIGNET_STARTUP_WAIT: WAIT,
      ...env,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

test('a database that does not exist ends the start at once', async () => {
  const { code, err, out } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.pathname = '/nowhere')) });
  expect({ code, err }).toEqual({
    code: CONFIG,
    err: 'PostgreSQL refuses what SIGNET_DATABASE_URL says: database "nowhere" does not exist.\n',
  });
  expect(out).not.toContain('waiting for it');
});

test('so does a wrong password, which is not repeated', async () => {
  const { code, err, out } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.password = 'guessed')) });
  expect(code).toBe(CONFIG);
  expect(err).toMatch(
    /^PostgreSQL refuses what SIGNET_DATABASE_URL says: password authentication failed for user ".*"\.\n$/,
  );
  expect(out + err).not.toContain('guessed');
});

test('a PostgreSQL that is not there is waited for, and named', async () => {
  const port = await freePort();
  const { code, err, out } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.port = String(port))) });
  expect(out).toContain(
    `PostgreSQL is not reachable yet (SIGNET_DATABASE_URL): connect ECONNREFUSED 127.0.0.1:${port}`,
  );
  expect({ code, err }).toEqual({
    code: UNAVAILABLE,
    err: `PostgreSQL could not be reached within 3 s: connect ECONNREFUSED 127.0.0.1:${port}. Check SIGNET_DATABASE_URL.\n`,
  });
});

test('so is a PostgreSQL whose host has no address', async () => {
  const { code, err } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.hostname = 'db.invalid')) });
  expect(code).toBe(UNAVAILABLE);
  expect(err).toMatch(/within 3 s: getaddrinfo \w+ db\.invalid\. Check SIGNET_DATABASE_URL\.\n$/);
});

test('a broker that is dead is waited for, and named', async () => {
  const broker = `127.0.0.1:${await freePort()}`;
  const { code, err, out } = await startWith({ SIGNET_KAFKA_BROKERS: broker });
  expect(out).toContain(`Kafka is not reachable yet (SIGNET_KAFKA_BROKERS): ${broker}: ECONNREFUSED; waiting for it`);
  expect({ code, err }).toEqual({
    code: UNAVAILABLE,
    err: `Kafka could not be reached within 3 s: ${broker}: ECONNREFUSED. Check SIGNET_KAFKA_BROKERS.\n`,
  });
});

test('so is a broker whose host has no address', async () => {
  const { code, err } = await startWith({ SIGNET_KAFKA_BROKERS: 'kafka.invalid:9092' });
  expect(code).toBe(UNAVAILABLE);
  expect(err).toMatch(
    /^Kafka could not be reached within 3 s: kafka\.invalid:9092: \w+\. Check SIGNET_KAFKA_BROKERS\.\n$/,
  );
});

test('a server that takes connections and is no Kafka is named', async () => {
  const broker = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const { code, err } = await startWith({ SIGNET_KAFKA_BROKERS: broker });
  expect(code).toBe(UNAVAILABLE);
  expect(err).toContain(broker);
  expect(err).toContain('Check SIGNET_KAFKA_BROKERS.');
});
