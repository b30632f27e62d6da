import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningKafka } from '@signet/embedded';
import { ensureKafkaJars, startKafka } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { DeliveryApi } from './testing/delivery-api.ts';
import { DispatchFixture } from './testing/dispatch-fixture.ts';

const POM = fileURLToPath(new URL('../../../tools/kafka/pom.xml', import.meta.url));
const log = (): void => undefined;
let dataDir: string;
let kafka: RunningKafka;
let fixture: DispatchFixture;
let api: DeliveryApi;
beforeAll(async () => {
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  const libDir = await ensureKafkaJars({ cacheDir, pom: POM, log });
  dataDir = mkdtempSync(join(tmpdir(), 'signet-kafka-away-'));
  // Not the one that all tests share: it goes away.
  kafka = await startKafka({ dataDir, libDir, log });
  fixture = await DispatchFixture.create();
  api = await DeliveryApi.on(fixture, {}, { consumes: true, brokers: [kafka.brokers] });
});
afterAll(async () => {
  await api?.stop();
  await fixture?.close();
  await kafka?.stop({ hard: true });
  rmSync(dataDir, { recursive: true, force: true });
});

const management = async (path: string) => {
  const answer = await fetch(`${api.service.managementUrl}${path}`);
  return { status: answer.status, json: (await answer.json()) as { checks: Record<string, string> } };
};

test('while Kafka is away delivery stays live and ready, says what waits, and answers reads', async () => {
  const key = await api.newKey(null);
  expect((await api.call('GET', '/v1/deliveries', { key })).status).toBe(200);
  expect((await management('/readyz')).json.checks).toMatchObject({ 'dispatch-consumer': 'ok' });
  await kafka.stop({ hard: true });
  await waitFor(async () => (await management('/readyz')).json.checks['dispatch-consumer'] !== 'ok', {
    what: 'the consumer to have lost its group',
    timeoutMs: 120_000,
  });
  const { status, json } = await management('/readyz');
  expect(status).toBe(200);
  expect(json.checks['dispatch-consumer']).toContain('messages wait on Kafka, requests are answered');
  expect((await management('/livez')).status).toBe(200);
  expect((await api.call('GET', '/v1/deliveries', { key })).status).toBe(200);
});
