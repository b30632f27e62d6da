import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CloudEvent } from 'cloudevents';
import type { RunningKafka } from '@signet/embedded';
import { ensureKafkaJars, startKafka } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import type { Answer } from './testing/ingestion.ts';
import { TestIngestion } from './testing/ingestion.ts';
import { batchOf, overHttp, overKafka, saleOf } from './testing/sales.ts';

const POM = fileURLToPath(new URL('../../../tools/kafka/pom.xml', import.meta.url));
const log = (): void => undefined;
let dataDir: string;
let libDir: string;
let kafka: RunningKafka;
let ingestion: TestIngestion;
beforeAll(async () => {
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  libDir = await ensureKafkaJars({ cacheDir, pom: POM, log });
  dataDir = mkdtempSync(join(tmpdir(), 'signet-kafka-away-'));
  // A Kafka of its own, since it is stopped; the other tests share one.
  kafka = await startKafka({ dataDir, libDir, log });
  ingestion = await TestIngestion.start({ brokers: [kafka.brokers], sourceTopic: 'shop.sale' });
});
afterAll(async () => {
  await ingestion?.stop();
  await kafka?.stop({ hard: true });
  rmSync(dataDir, { recursive: true, force: true });
});

test('while Kafka is away callers get 503 with a Retry-After, and events that are sent again arrive', async () => {
  const tenant = await ingestion.newTenant();
  const { key } = await ingestion.newKey({ role: 'producer', tenantId: tenant });
  const post = (event: CloudEvent<unknown>) => ingestion.post(overHttp.structured(event), key);
  const arrived = async ({ subject }: CloudEvent<unknown>, domain: 'sale' | 'customer' = 'sale') =>
    (await ingestion.canonical(domain)).record(`${tenant}/${subject}`);

  const before = Array.from({ length: 20 }, () => saleOf(tenant));
  for (const event of before) expect((await post(event)).status).toBe(202);
  await kafka.stop();

  const alone = saleOf(tenant);
  const ofBatch = [saleOf(tenant), saleOf(tenant, { type: 'customer.created', data: { customerId: 'C-1' } })];
  const bad = saleOf('unknown-tenant');
  const batch = batchOf([...ofBatch, bad]);
  const answers = await Promise.all([post(alone), ingestion.post(batch, key)]);
  for (const { status, headers, json } of answers) {
    // Also the answer to a batch: the one refused event says nothing about the others yet.
    expect([status, json.code, json.results]).toEqual([503, 'kafka_unavailable', undefined]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  // Ingestion answers questions of keys and rules without Kafka, and it stays alive, so that it is not restarted.
  expect(await post(bad)).toMatchObject({ status: 403, json: { code: 'tenant_not_allowed' } });
  expect((await ingestion.post(overHttp.structured(alone), 'sgn_p_wrong')).status).toBe(401);
  expect((await fetch(`${ingestion.service.managementUrl}/livez`)).status).toBe(200);

  kafka = await startKafka({ dataDir, libDir, log, port: kafka.port });
  const until = (send: () => Promise<Answer>) =>
    waitFor(
      async () => {
        const answer = await send();
        return answer.status === 503 ? undefined : answer;
      },
      { what: 'an answer other than 503' },
    );
  expect((await until(() => post(alone))).status).toBe(202);
  expect(await until(() => ingestion.post(batch, key))).toMatchObject({ status: 207, json: { accepted: 2 } });

  for (const event of [...before, alone, ofBatch[0]!]) await arrived(event);
  await arrived(ofBatch[1]!, 'customer');
  const overTheBus = saleOf(tenant);
  await ingestion.producer.publish(ingestion.sourceTopic, overKafka.binary(overTheBus));
  await arrived(overTheBus);
});
