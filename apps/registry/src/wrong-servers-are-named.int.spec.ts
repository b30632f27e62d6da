import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { generateSealingKey } from '@signet/signature';
import type { TestDatabase } from '@signet/testing';
import { TEST_INSTALLATION, testBrokers, testDatabase, waitFor } from '@signet/testing';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** Long enough that the first try fails and is logged before the wait ends, also on a busy machine. */
const WAIT = '3s';
const CONFIG = 78;
const UNAVAILABLE = 69;

let database: TestDatabase;
let silent: Server;
beforeAll(async () => {
  database = await testDatabase();
  // The server reads, so that it notices the end of a connection, and never answers.
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

function startWith(env: Record<string, string>) {
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
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { child, ended, output: () => out };
}

test('a database that does not exist ends the start at once', async () => {
  const { code, err, out } = await startWith({
    SIGNET_DATABASE_URL: changed((url) => (url.pathname = '/nowhere')),
  }).ended;
  expect({ code, err }).toEqual({
    code: CONFIG,
    err: 'PostgreSQL refuses what SIGNET_DATABASE_URL says: database "nowhere" does not exist.\n',
  });
  expect(out).not.toContain('waiting for it');
});

test('a wrong password ends the start at once too, and is not shown', async () => {
  const { code, err, out } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.password = 'guessed')) })
    .ended;
  expect(code).toBe(CONFIG);
  expect(err).toMatch(
    /^PostgreSQL refuses what SIGNET_DATABASE_URL says: password authentication failed for user ".*"\.\n$/,
  );
  expect(out + err).not.toContain('guessed');
});

test('the start waits for a PostgreSQL that cannot be reached, and names it', async () => {
  const port = await freePort();
  const { code, err, out } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.port = String(port))) })
    .ended;
  expect(out).toContain(
    `PostgreSQL is not reachable yet (SIGNET_DATABASE_URL): connect ECONNREFUSED 127.0.0.1:${port}`,
  );
  expect({ code, err }).toEqual({
    code: UNAVAILABLE,
    err: `PostgreSQL could not be reached within 3 s: connect ECONNREFUSED 127.0.0.1:${port}. Check SIGNET_DATABASE_URL.\n`,
  });
});

test('the same holds for a PostgreSQL whose host has no address', async () => {
  const { code, err } = await startWith({ SIGNET_DATABASE_URL: changed((url) => (url.hostname = 'db.invalid')) }).ended;
  expect(code).toBe(UNAVAILABLE);
  expect(err).toMatch(/within 3 s: getaddrinfo \w+ db\.invalid\. Check SIGNET_DATABASE_URL\.\n$/);
});

/** Starts with a Kafka that cannot be used, and stops once HTTP answers. @returns the log until then */
async function startWithoutKafka(broker: string): Promise<string> {
  const managementPort = await freePort();
  const started = startWith({ SIGNET_KAFKA_BROKERS: broker, SIGNET_MANAGEMENT_PORT: String(managementPort) });
  const ready = () => fetch(`http://127.0.0.1:${managementPort}/readyz`);
  await waitFor(async () => (await ready()).ok, { what: 'the registry to be ready without Kafka' });
  started.child.kill('SIGTERM');
  const { code, err, out } = await started.ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

test('a broker that cannot be reached is named, and the registry starts without it', async () => {
  const broker = `127.0.0.1:${await freePort()}`;
  const out = await startWithoutKafka(broker);
  expect(out).toContain(`Kafka is not reachable yet (SIGNET_KAFKA_BROKERS): ${broker}: ECONNREFUSED; waiting for it`);
  expect(out).toContain('the start goes on without Kafka (SIGNET_KAFKA_BROKERS)');
});

test('the same holds for a broker whose host has no address', async () => {
  expect(await startWithoutKafka('kafka.invalid:9092')).toMatch(
    /Kafka is not reachable yet \(SIGNET_KAFKA_BROKERS\): kafka\.invalid:9092: \w+; waiting for it/,
  );
});

test('a server that accepts connections and is no Kafka is named when it has not answered', async () => {
  const broker = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const { child, ended, output } = startWith({ SIGNET_KAFKA_BROKERS: broker });
  await waitFor(() => output().includes(`${broker} takes connections, but does not answer as Kafka`), {
    what: 'the warning',
  });
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});
