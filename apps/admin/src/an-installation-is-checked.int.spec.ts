import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateSealingKey } from '@signet/signature';
import { testBrokers, testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import pg from 'pg';

/** `npm test` has built it. */
const ADMIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const OPERATOR_KEY = 'operator-key-of-the-admin-test-0123456789';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const admin = (...args: string[]): Promise<Run> => adminWith({}, ...args);
const adminWith = (more: Record<string, string>, ...args: string[]): Promise<Run> =>
  new Promise((resolve) => {
    const env = {
      SIGNET_INSTALLATION: 'checked',
      SIGNET_PREFIX: 'checked.',
      SIGNET_DATABASE_URL: database.url,
      SIGNET_KAFKA_BROKERS: testBrokers().join(','),
      SIGNET_SEALING_KEYS: generateSealingKey('test'),
      ...more,
    };
    execFile(process.execPath, [ADMIN, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
  });
const jsonOf = ({ out }: Run) => JSON.parse(out) as { exitCode: number; services: Record<string, { checks: Check[] }> };
interface Check {
  readonly check: string;
  readonly result: string;
  readonly told: string;
}

test('before the first start it lists the missing tables and topics, and changes nothing', async () => {
  const run = await admin('check', '--json');
  const { exitCode, services } = jsonOf(run);
  expect({ code: run.code, err: run.err, exitCode }).toEqual({ code: 1, err: '', exitCode: 1 });
  const { registry, ingestion, delivery } = services;
  expect(registry?.checks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ check: 'postgresql', result: 'ok' }),
      expect.objectContaining({ check: 'clock', result: 'ok' }),
      expect.objectContaining({ check: 'installation', result: 'ok' }),
      expect.objectContaining({ check: 'schema', result: 'fault' }),
      expect.objectContaining({ check: 'kafka', result: 'warning' }),
      expect.objectContaining({
        check: 'topics',
        result: 'fault',
        told: 'The topic checked.registry.webhooks.v1 is not there.',
      }),
    ]),
  );
  expect(ingestion?.checks.some(({ check }) => check === 'schema')).toBe(false);
  expect(delivery?.checks.find(({ check }) => check === 'schema')?.told).toContain('run signet-admin migrate');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(`select from pg_namespace where nspname in ('registry', 'delivery')`);
  await client.end();
  expect(rows).toEqual([]);
});

test('migrate is done once, and says what it did', async () => {
  const first = await admin('migrate');
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toMatch(
    /^registry: expand of version \S+: EventStoreMigration, .*\ndelivery: expand of version \S+: relay-positions, .*\n$/,
  );
  const again = await admin('migrate', '--phase', 'contract');
  expect(again).toMatchObject({ code: 0, err: '', out: expect.stringContaining('nothing left to do') as unknown });
  const checked = await admin('check', '--service', 'delivery');
  expect(checked.out).toMatch(
    /^ok {7}delivery: The schema delivery has what version \S+ needs\. No service uses it now\.$/m,
  );
});

test('tables of the version before, as before an update, are a warning; older ones are a fault', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const forget = (name: string) => client.query('delete from delivery.migrations where name = $1', [name]);
  const checks = async (): Promise<readonly Check[]> =>
    jsonOf(await admin('check', '--service', 'delivery', '--json')).services['delivery']?.checks ?? [];
  try {
    // As in 0.2.0, which did not have this column.
    await client.query('alter table delivery.installation drop column prefix');
    await forget('installation-prefix');
    expect(await checks()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'installation', result: 'ok' }),
        {
          check: 'schema',
          result: 'warning',
          told: expect.stringMatching(/ lacks 1 of .*installation-prefix: run signet-admin migrate /) as unknown,
        },
      ]),
    );
    await forget('platform-faults');
    expect((await checks()).find(({ check }) => check === 'schema')).toMatchObject({
      result: 'fault',
      told: expect.stringMatching(/ lacks 2 of .*platform-faults: run signet-admin migrate /) as unknown,
    });
  } finally {
    await client.query(`insert into delivery.migrations (name) values ('platform-faults')`);
    await client.end();
  }
  expect((await admin('migrate')).out).toMatch(/^delivery: expand of version \S+: installation-prefix$/m);
});

test('a format that a replica of the version before cannot read is a fault, and also keeps a service from starting', async () => {
  const formatsOf = async (formats: string): Promise<Check | undefined> => {
    const run = await adminWith({ SIGNET_WRITE_FORMATS: formats }, 'check', '--service', 'delivery', '--json');
    return jsonOf(run).services['delivery']?.checks.find(({ check }) => check === 'write-formats');
  };
  // The application name of sessions of 0.2.0.
  const older = new pg.Client({ connectionString: database.url, application_name: 'delivery' });
  await older.connect();
  expect(await formatsOf('')).toMatchObject({ result: 'ok' });
  expect(await formatsOf('request-bundles=2')).toMatchObject({
    result: 'fault',
    told: expect.stringMatching(
      /^SIGNET_WRITE_FORMATS has request-bundles=2, and sessions of version 0\.2\.0 /,
    ) as unknown,
  });
  await older.end();
  // PostgreSQL may list a session for a moment after its client has gone.
  const isAllowed = async (): Promise<boolean> => (await formatsOf('request-bundles=2'))?.result === 'ok';
  await waitFor(isAllowed, { what: 'the older session to be gone' });
});

test('wrong arguments, or another installation, lead to a sentence and an exit code', async () => {
  expect(await admin('migrate', '--phase', 'shrink')).toEqual({
    code: 64,
    out: '',
    err: '--phase is expand or contract, not "shrink".\n',
  });
  expect(await adminWith({ SIGNET_INSTALLATION: 'other' }, 'migrate')).toMatchObject({
    code: 78,
    out: '',
    err: expect.stringMatching(/^This database belongs to the installation "checked"/) as unknown,
  });
});

test('secrets are searched for; the report names the places and not the secrets', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const search = () => adminWith({ SIGNET_OPERATOR_KEY: OPERATOR_KEY }, 'search-secrets', '--json');
  const clean = await search();
  expect(JSON.parse(clean.out)).toMatchObject({ command: 'search-secrets', exitCode: 0 });
  await client.query('create table left_over (note text)');
  await client.query('insert into left_over values ($1)', [`the key is ${OPERATOR_KEY}`]);
  await client.end();
  const { code, out } = await search();
  expect(code).toBe(1);
  expect(out).toContain('table public.left_over');
  expect(out).not.toContain(OPERATOR_KEY);
});
