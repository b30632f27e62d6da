import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CONSUMER_GROUPS, DELIVERY_REQUESTS, REGISTRY_WEBHOOKS } from '@signet/contracts';
import { ensureKafkaJars, freePort, startKafka } from '@signet/embedded';
import type { RunningKafka } from '@signet/embedded';
import { createAcls, ensureTopics, GroupLags, readWholeTopic, RecordProducer, topicEnds } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { generateSealingKey } from '@signet/signature';
import { RecordingReceiver, selfSigned, testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { Api, untilAccepted } from '../../dev/demo/api.ts';
import { defaultCacheDir, ROOT } from '../../dev/settings.ts';
import { aclTable } from './acl-table.ts';

const PREFIX = 'acme.';
const SOURCE = 'shop.sale';
const PASSWORD = 'correcthorse';
const OPERATOR_KEY = 'an-operator-key-of-the-acl-test';
const SERVICES = ['registry', 'ingestion', 'delivery'] as const;
type Service = (typeof SERVICES)[number];

/** A user who may do what `signet-admin` may, but is not shown where groups have read to. */
const NARROW = 'narrow';

/** The users of Kafka, and the row of the page that says what each may do. */
const USERS: Readonly<Record<string, string>> = {
  registry: 'registry',
  ingestion: 'ingestion',
  delivery: 'delivery',
  commands: 'republish, rebuild, unreadable-webhooks',
  mender: 'dead-letters',
  admin: 'signet-admin, all commands',
  [NARROW]: 'signet-admin, all commands',
};

const server = selfSigned('localhost');
let folder: string;
let kafka: RunningKafka;
let database: TestDatabase;
let receiver: RecordingReceiver;
let settings: Record<string, string>;
const ports = new Map<Service, number>();
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-acls-'));
  [kafka, database, receiver] = await Promise.all([startBroker(), testDatabase(), RecordingReceiver.start()]);
  settings = {
    SIGNET_HOST: '127.0.0.1',
    SIGNET_LOG_LEVEL: 'warn',
    SIGNET_INSTALLATION: 'acls',
    SIGNET_PREFIX: PREFIX,
    SIGNET_SOURCE_TOPICS: SOURCE,
    SIGNET_SEALING_KEYS: generateSealingKey('test'),
    SIGNET_OPERATOR_KEY: OPERATOR_KEY,
    SIGNET_EGRESS_ALLOW: '127.0.0.0/8',
    SIGNET_DATABASE_URL: database.url,
    SIGNET_KAFKA_BROKERS: String(kafka.secureBrokers),
    SIGNET_KAFKA_TLS: 'on',
    SIGNET_KAFKA_CA: server.cert,
    SIGNET_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
    SIGNET_KAFKA_PASSWORD: PASSWORD,
  };
  await Promise.all(SERVICES.map(startService));
}, 180_000);
afterAll(async () => {
  const ended = children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([...ended, receiver?.close(), kafka?.stop({ hard: true })]);
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** A broker whose users may do what the page says and nothing else, and a source topic, which is the producers'. */
async function startBroker(): Promise<RunningKafka> {
  const log = (): void => undefined;
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? defaultCacheDir(process.env);
  const libDir = await ensureKafkaJars({ cacheDir, pom: join(ROOT, 'tools/kafka/pom.xml'), log });
  const users = Object.fromEntries(Object.keys(USERS).map((user) => [user, PASSWORD]));
  const security = { ...server, users, authorizes: true };
  const broker = await startKafka({ dataDir: join(folder, 'kafka'), libDir, security, heap: '256m', log });
  const administrator = { brokers: [broker.brokers], clientId: 'administrator' };
  const page = readFileSync(join(ROOT, 'docs/guides/connecting.md'), 'utf8');
  const rows = aclTable(page, PREFIX, [SOURCE]);
  const acls = Object.entries(USERS).flatMap(([user, who]) =>
    (rows.find((row) => row.who === who)?.acls ?? [])
      .filter(({ on, operation }) => user !== NARROW || on !== 'GROUP' || operation !== 'DESCRIBE')
      .map((acl) => ({ user, ...acl })),
  );
  await createAcls(administrator, acls);
  await ensureTopics(administrator, [{ name: SOURCE, partitions: 1 }]);
  return broker;
}

async function startService(name: Service): Promise<void> {
  const [port, managementPort] = [await freePort(), await freePort()];
  ports.set(name, port);
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', `apps/${name}/dist/main.js`], {
    cwd: ROOT,
    env: {
      ...settings,
      SIGNET_HTTP_PORT: String(port),
      SIGNET_MANAGEMENT_PORT: String(managementPort),
      SIGNET_KAFKA_USERNAME: name,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${managementPort}/readyz`)).ok;
  try {
    await waitFor(() => child.exitCode !== null || isReady(), { what: `${name} to be ready`, timeoutMs: 90_000 });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output}`, { cause: error });
  }
  if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${output}`);
}

const apiOf = (service: Service, key: string): Api => new Api(`http://127.0.0.1:${ports.get(service)}`, key);

const clientOf = (user: string): KafkaClientOptions => ({
  brokers: [String(kafka.secureBrokers)],
  clientId: user,
  prefix: PREFIX,
  security: { tls: { ca: server.cert }, sasl: { mechanism: 'SCRAM-SHA-256', username: user, password: PASSWORD } },
});

test('events over HTTP and from a source topic are delivered, and the registry hears of it', async () => {
  const registry = apiOf('registry', OPERATOR_KEY);
  const { body: tenant } = await registry.post<{ id: string }>('/v1/tenants', { name: 'Antwerp' });
  const keyOf = async (role: string): Promise<string> =>
    (await registry.post<{ key: string }>(`/v1/tenants/${tenant.id}/api-keys`, { name: role, role })).body.key;
  const [tenantKey, producerKey] = [await keyOf('tenant'), await keyOf('producer')];
  const tenantApi = apiOf('registry', tenantKey);
  const webhook = { name: 'Orders', url: `${receiver.url}/orders`, events: ['sale.created'] };
  const { body: registered } = await tenantApi.post<{ id: string }>('/v1/webhooks', webhook);

  const event = (id: string) => ({
    specversion: '1.0',
    id,
    source: '/acl-test',
    type: 'sale.created',
    tenantid: tenant.id,
    subject: id,
    time: new Date().toISOString(),
    data: { saleId: id },
  });
  const structured = { 'content-type': 'application/cloudevents+json' };
  await untilAccepted(() => apiOf('ingestion', producerKey).post('/v1/events', event('over-http'), structured));
  const producer = new RecordProducer({ client: { brokers: [kafka.brokers], clientId: 'shop' }, name: 'shop' });
  await producer.publish(SOURCE, { key: 'one', value: JSON.stringify(event('from-kafka')), headers: structured });
  await producer.close();

  await waitFor(() => receiver.requests.length === 2, { what: 'both deliveries', timeoutMs: 30_000 });
  const shown = () => tenantApi.get<{ lastSuccessAt: string | null }>(`/v1/webhooks/${registered.id}`);
  await waitFor(async () => (await shown()).body.lastSuccessAt !== null, { what: 'the outcome', timeoutMs: 30_000 });
}, 120_000);

/** Runs signet-admin as a user of Kafka. */
async function admin(user: string, command: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['apps/admin/dist/main.js', ...command.split(' ')], {
    cwd: ROOT,
    env: { ...settings, SIGNET_KAFKA_USERNAME: user },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  await once(child, 'close');
  return { code: child.exitCode, output };
}

test.each([
  ['commands', 'unreadable-webhooks list'],
  ['commands', 'republish'],
  ['commands', 'rebuild --service registry'],
  ['mender', 'dead-letters list'],
  ['admin', 'check'],
  ['admin', 'unreadable-webhooks list'],
  ['admin', 'republish'],
  ['admin', 'rebuild --service registry'],
  ['admin', 'dead-letters list'],
  ['admin', 'search-secrets'],
  ['registry', 'check --service registry'],
  ['ingestion', 'check --service ingestion'],
  ['delivery', 'check --service delivery'],
])('the user %s may run %s', async (user, command) => {
  expect(await admin(user, command)).toMatchObject({
    code: 0,
    output: expect.not.stringMatching(/denied|authoriz|\bfault\b/i) as unknown,
  });
});

test('the user signet-admin sees how the topics are set up, which a service need not', async () => {
  expect((await admin('admin', 'check')).output).not.toContain('DESCRIBE_CONFIGS');
  expect((await admin('delivery', 'check --service delivery')).output).toMatch(
    /^warning {2}delivery: The user "delivery" of Kafka needs DESCRIBE_CONFIGS, for this check alone, on .*acme\.delivery\.requests\.v1/m,
  );
});

test('where the check may not see what delivery has read, it names the right that it lacks', async () => {
  const { code, output } = await admin(NARROW, 'check --service delivery');
  expect(code).toBe(0);
  expect(output).toMatch(
    /^warning {2}delivery: Whether unread requests .* The user "narrow" of Kafka needs DESCRIBE on the group acme\.signet\.delivery\.dispatch/m,
  );
});

test('a check that is not allowed to read is a fault that names the right, and not a stack', async () => {
  const { code, output } = await admin('commands', 'check --service registry');
  expect(code).toBe(1);
  expect(output).toMatch(
    /^fault {4}registry: The user "commands" of Kafka needs READ and DELETE on the groups acme\.registry\.check\*/m,
  );
  expect(output).not.toMatch(/^\s+at /m);
});

const DENIED = /not authorized/i;
const send = async (user: string, topic: string): Promise<void> => {
  const producer = new RecordProducer({ client: clientOf(user), name: user, deadlineMs: 5_000 });
  try {
    await producer.publish(topic, { key: 'one', value: 'not allowed' });
  } catch (error) {
    throw (error as Error).cause;
  } finally {
    await producer.close();
  }
};

test.each([
  ['ingestion', DELIVERY_REQUESTS],
  ['delivery', 'ingestion.sale.v1'],
  ['registry', 'ingestion.sale.v1'],
  ['registry', SOURCE],
  ['mender', REGISTRY_WEBHOOKS],
])('the user %s may not send to %s', async (user, topic) => {
  await expect(send(user, topic)).rejects.toThrow(DENIED);
});

test('a topic that the user may not read but knows of is not read', async () => {
  await expect(readWholeTopic(clientOf('registry'), DELIVERY_REQUESTS, () => undefined)).rejects.toThrow(DENIED);
});

test('the user of a command may not even know of a topic that it does not need', async () => {
  await expect(topicEnds(clientOf('commands'), [DELIVERY_REQUESTS])).rejects.toThrow(DENIED);
});

test.each(['registry', 'ingestion', 'delivery'])('the user %s measures the lag of every group', async (user) => {
  const lags = new GroupLags(clientOf(user));
  try {
    for (const group of Object.values(CONSUMER_GROUPS)) expect(await lags.read(group)).not.toEqual([]);
  } finally {
    await lags.close();
  }
});

test('the registry may not use the topics of an installation with another prefix', async () => {
  await expect(send('registry', 'other.registry.webhooks.v1')).rejects.toThrow(DENIED);
});
