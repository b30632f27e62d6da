import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REGISTRY_API_KEYS, REGISTRY_WEBHOOKS } from '@signet/contracts';
import type { RunningKafka } from '@signet/embedded';
import { ensureKafkaJars, freePort, startKafka } from '@signet/embedded';
import { readWholeTopic, RecordProducer } from '@signet/kafka';
import { waitFor } from '@signet/testing';
import { Outcomes } from './testing/outcomes.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

const POM = fileURLToPath(new URL('../../../tools/kafka/pom.xml', import.meta.url));
const log = (): void => undefined;
let port: number;
let dataDir: string;
let kafka: RunningKafka | undefined;
let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  port = await freePort();
  dataDir = mkdtempSync(join(tmpdir(), 'signet-kafka-later-'));
  registry = await startRegistry(
    { SIGNET_KAFKA_BROKERS: `127.0.0.1:${port}`, SIGNET_PUBLICATION_WAIT: '500ms', SIGNET_LOG_LEVEL: 'silent' },
    { keepsTables: true },
  );
});
afterAll(async () => {
  await registry?.stop();
  await kafka?.stop({ hard: true });
  rmSync(dataDir, { recursive: true, force: true });
});

const management = async (path: string) => {
  const answer = await fetch(`${registry.service.managementUrl}${path}`);
  return { status: answer.status, json: (await answer.json()) as { checks: Record<string, string> } };
};

const metric = async (series: string): Promise<number> => {
  const line = (await registry.metrics()).split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length));
};

async function keysOn(topic: string): Promise<Set<string>> {
  const keys = new Set<string>();
  await readWholeTopic({ brokers: [`127.0.0.1:${port}`], clientId: 'test' }, topic, ({ key }) => keys.add(String(key)));
  return keys;
}

test('a registry without a reachable Kafka starts, is ready, and reports what waits for Kafka', async () => {
  const { status, json } = await management('/readyz');
  expect(status).toBe(200);
  expect(json.checks).toMatchObject({
    database: 'ok',
    kafka: expect.stringContaining('has not been there since the start'),
    outcomes: expect.stringContaining('outcomes wait on Kafka'),
  });
  expect((await management('/livez')).status).toBe(200);
});

test('it answers reads and accepts writes, and its relay reports that they wait', async () => {
  tenant = await registry.newTenant();
  const { id } = await tenant.newWebhook();
  expect((await tenant.call('GET', `/v1/webhooks/${id}`)).status).toBe(200);
  expect((await tenant.call('GET', '/v1/webhooks')).json.data).toHaveLength(1);
  expect((await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: { name: 'Changed' } })).status).toBe(200);
  await waitFor(async () => (await metric('signet_relay_lag_rows{relay="registry"}')) > 0, { what: 'the lag' });
});

test('when Kafka comes, earlier changes are published, and outcomes are read', async () => {
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  const libDir = await ensureKafkaJars({ cacheDir, pom: POM, log });
  kafka = await startKafka({ dataDir, libDir, log, port });
  const [webhook] = (await tenant.call('GET', '/v1/webhooks')).json.data as { id: string; tenantId: string }[];
  await waitFor(
    async () => {
      const { kafka: presence, outcomes } = (await management('/readyz')).json.checks;
      return presence === 'ok' && outcomes === 'ok';
    },
    { what: 'Kafka to be found, and the group to be joined' },
  );
  await waitFor(async () => (await keysOn(REGISTRY_WEBHOOKS)).has(webhook!.id), { what: 'the webhook on Kafka' });
  expect((await keysOn(REGISTRY_API_KEYS)).size).toBeGreaterThan(0);

  const producer = new RecordProducer({ client: { brokers: [kafka.brokers], clientId: 'test' }, name: 'test' });
  await new Outcomes(producer, { ...webhook!, tenantId: tenant.id }).fail();
  await producer.close();
  const failures = async () => (await tenant.call('GET', `/v1/webhooks/${webhook!.id}`)).json;
  await waitFor(async () => (await failures())['lastFailureAt'] !== null, { what: 'the failure to be recorded' });
});

test('when Kafka goes away again, the registry stays ready and answers', async () => {
  await kafka!.stop({ hard: true });
  kafka = undefined;
  await waitFor(async () => (await management('/readyz')).json.checks['outcomes'] !== 'ok', {
    what: 'the consumer to have lost its group',
  });
  expect((await management('/readyz')).status).toBe(200);
  expect((await management('/livez')).status).toBe(200);
  expect((await tenant.call('GET', '/v1/webhooks')).status).toBe(200);
});
