import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DELIVERY_OUTCOMES, TOPICS } from '@signet/contracts';
import { freePort } from '@signet/embedded';
import { consumerGroups, topicEnds } from '@signet/kafka';
import { generateSealingKey } from '@signet/signature';
import { RecordingReceiver, waitFor } from '@signet/testing';
import pg from 'pg';
import { Api } from './support/api.ts';
import { ROOT, Signet } from './support/installation/signet.ts';
import type { LocalFile, ServiceName } from './support/installation/signet.ts';

/** Longer than a refused start takes on a slow machine, shorter than a start that waits for something. */
const REFUSED_MS = 60_000;

let first: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let folder: string;
let webhookId: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-second-'));
  // No heartbeat comes while the ends of the topics are compared.
  const settings = { SIGNET_TABLE_HEARTBEAT: '1h' };
  [first, receiver] = await Promise.all([Signet.start(settings), RecordingReceiver.start()]);
  local = await first.local();
  ({ id: webhookId } = await Api.tenant(local).register(`${receiver.url}/orders`));
  await query('create database second');
  // The outcome of the demo's first delivery may come after the start. The test waits for it, since no record may
  // come while the ends are compared.
  await waitFor(async () => [...(await topicEnds(client(), [DELIVERY_OUTCOMES])).values()].some((end) => end > 0n), {
    what: "the outcome of the demo's delivery",
  });
});
afterAll(async () => {
  await Promise.all([first?.stopAndForget(), receiver?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function query(sql: string, database = new URL(local.databaseUrl).pathname): Promise<object[]> {
  const url = new URL(local.databaseUrl);
  url.pathname = database;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return (await client.query(sql)).rows as object[];
  } finally {
    await client.end();
  }
}
const secondDatabase = (): string => {
  const url = new URL(local.databaseUrl);
  url.pathname = '/second';
  return url.href;
};
const client = () => ({ brokers: local.kafkaBrokers.split(','), clientId: 'e2e' });

/**
 * The state that a second installation must not change. Readers of whole topics join groups of their own for a
 * moment, so those are left out.
 */
const traces = async () => ({
  ends: await topicEnds(
    client(),
    TOPICS.map(({ name }) => name),
  ),
  groups: (await consumerGroups(client())).filter(({ groupId }) => groupId.startsWith('signet.')),
  tables: await query("select count(*) from pg_tables where schemaname in ('registry', 'delivery')"),
  installation: await query('select name from registry.installation union all select name from delivery.installation'),
});

async function run(script: string, env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('SIGNET_') || name === 'SIGNET_CACHE_DIR',
  );
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: REFUSED_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function service(name: ServiceName, env: Record<string, string>) {
  return run(`apps/${name}/dist/main.js`, {
    SIGNET_HOST: '127.0.0.1',
    SIGNET_HTTP_PORT: String(await freePort()),
    SIGNET_MANAGEMENT_PORT: String(await freePort()),
    SIGNET_INSTALLATION: 'second',
    SIGNET_SEALING_KEYS: generateSealingKey('second'),
    SIGNET_OPERATOR_KEY: 'an-operator-key-of-the-second',
    SIGNET_KAFKA_BROKERS: local.kafkaBrokers,
    SIGNET_DATABASE_URL: secondDatabase(),
    ...env,
  });
}

test.each<ServiceName>(['registry', 'ingestion', 'delivery'])(
  'a %s of another installation refuses to start on this Kafka, and leaves it and its own database as they are',
  async (name) => {
    const before = await traces();
    const { code, output } = await service(name, {});
    expect({ code, output: output.trim().split('\n').at(-1) }).toEqual({
      code: 78,
      output: expect.stringMatching(
        new RegExp(`^This Kafka belongs to the installation "${local.installation}", .* is "second": set SIGNET_KAFKA`),
      ) as unknown,
    });
    expect(await traces()).toEqual(before);
    expect(await query("select 1 from pg_namespace where nspname in ('registry', 'delivery')", '/second')).toEqual([]);
  },
  2 * REFUSED_MS,
);

test.each<ServiceName>(['registry', 'delivery'])(
  'a %s of another installation refuses to start on this database',
  async (name) => {
    const before = await traces();
    const { code, output } = await service(name, { SIGNET_DATABASE_URL: local.databaseUrl });
    expect(code).toBe(78);
    expect(output.trim().split('\n').at(-1)).toMatch(
      new RegExp(`^This database belongs to the installation "${local.installation}", .* is "second": set SIGNET_DATA`),
    );
    expect(await traces()).toEqual(before);
  },
  2 * REFUSED_MS,
);

test(
  'npm start with another data folder says so at once and ends',
  async () => {
    const before = await traces();
    const { code, output } = await run('tools/dev/start.ts', {
      SIGNET_DATA_DIR: folder,
      SIGNET_PORT: String(await freePort()),
      SIGNET_KAFKA_BROKERS: local.kafkaBrokers,
      SIGNET_DATABASE_URL: secondDatabase(),
    });
    expect(code).toBe(1);
    expect(output).toContain(`Kafka: ${local.kafkaBrokers}, from SIGNET_KAFKA_BROKERS`);
    expect(output).toMatch(new RegExp(`This Kafka belongs to the installation "${local.installation}", .* is "local-`));
    expect(await traces()).toEqual(before);
  },
  2 * REFUSED_MS,
);

test(
  'with a prefix of its own another installation delivers on this Kafka, and leaves what is not its own as it is',
  async () => {
    const before = await traces();
    const second = await Signet.start({
      SIGNET_PREFIX: 'second.',
      SIGNET_KAFKA_BROKERS: local.kafkaBrokers,
      SIGNET_DATABASE_URL: secondDatabase(),
    });
    try {
      const its = await second.local();
      const { id } = await Api.tenant(its).register(`${receiver.url}/second`);
      await Api.producer(its).publish(its.tenantId, 'of-the-second');
      await waitFor(async () => (await Api.tenant(its).deliveries({ webhookId: id, status: 'SUCCESS' })).length === 1, {
        what: 'the delivery of the second installation',
        timeoutMs: 30_000,
      });
      const groups = (await consumerGroups(client())).map(({ groupId }) => groupId);
      expect(groups).toEqual(expect.arrayContaining(['second.signet.delivery.fan-out', 'second.signet.registry']));
    } finally {
      await second.stopAndForget();
    }
    expect(await traces()).toEqual(before);
  },
  4 * REFUSED_MS,
);

test('the first one goes on delivering', async () => {
  await Api.producer(local).publish(local.tenantId, 'after-the-second');
  await waitFor(async () => (await Api.tenant(local).deliveries({ webhookId, status: 'SUCCESS' })).length === 1, {
    what: 'the delivery',
  });
});
