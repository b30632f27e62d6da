import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { requireReaders } from '@signet/service-kit';
import { writeFormats } from '@signet/contracts';
import { generateSealingKey } from '@signet/signature';
import { freePort } from '@signet/embedded';
import { testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import pg from 'pg';

/** `npm test` has built it. */
const DELIVERY = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** As a service of 0.2.0 calls its sessions. */
const OLDER = 'delivery';

let database: TestDatabase;
let client: pg.Client;
let older: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  older = new pg.Client({ connectionString: database.url, application_name: OLDER });
  await Promise.all([client.connect(), older.connect()]);
});
afterAll(async () => {
  await Promise.all([client.end(), older.end()]);
  await database.drop();
});

/** Delivery with the new format, as its supervisor starts it. It looks at PostgreSQL first and needs no Kafka here. */
const start = async (): Promise<{ code: unknown; out: string; err: string }> => {
  const env = {
    SIGNET_WRITE_FORMATS: 'request-bundles=2',
    SIGNET_INSTALLATION: 'formats',
    SIGNET_DATABASE_URL: database.url,
    SIGNET_KAFKA_BROKERS: `127.0.0.1:${await freePort()}`,
    SIGNET_STARTUP_WAIT: '1s',
    SIGNET_SEALING_KEYS: generateSealingKey('test'),
    SIGNET_LOG_LEVEL: 'fatal',
    SIGNET_HTTP_PORT: String(await freePort()),
    SIGNET_MANAGEMENT_PORT: String(await freePort()),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [DELIVERY], { env }, (error, out, err) => resolve({ code: error?.code, out, err }));
  });
};

test('delivery does not start to write what a replica of the version before cannot read', async () => {
  const { code, err } = await start();
  expect({ code, err }).toEqual({
    code: 69,
    err: expect.stringMatching(
      /^SIGNET_WRITE_FORMATS has request-bundles=2, and sessions of version 0\.2\.0 use the schema delivery.*\n$/,
    ) as unknown,
  });
});

test('it looks at its own schema only, and lets the default be written beside an older version', async () => {
  await requireReaders(client, 'registry', writeFormats({ 'request-bundles': 2 }));
  await requireReaders(client, 'delivery', writeFormats());
});

test('the format is written once the older replica has gone', async () => {
  await older.end();
  const isGone = async (): Promise<boolean> =>
    (await client.query('select from pg_stat_activity where application_name = $1', [OLDER])).rows.length === 0;
  await waitFor(isGone, { what: 'the older session to be gone' });
  await requireReaders(client, 'delivery', writeFormats({ 'request-bundles': 2 }));
  // The start goes on to Kafka, which is not there.
  expect(await start()).toMatchObject({ code: 69, err: expect.stringContaining('SIGNET_KAFKA_BROKERS') as unknown });
});
