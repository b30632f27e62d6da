import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CE, DELIVERY_OUTCOMES, newId, TOPICS } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { rangesBetween, readRanges, RecordProducer } from '@signet/kafka';
import { AsyncApi, RecordingReceiver, waitFor } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import type { Delivery } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const GUIDE = fileURLToPath(new URL('../../../docs/guides/consuming-outcomes.md', import.meta.url));
/** Within the repository, so that the guide's code finds its packages. */
const SCRATCH = fileURLToPath(new URL('../../../.tmp/consuming-outcomes', import.meta.url));
const SOURCE_TOPIC = 'shop.sale';

const api = AsyncApi.read();
let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let producer: RecordProducer;
beforeAll(async () => {
  const respond = ({ path }: { path: string }) => ({ status: path === '/fails' ? 500 : 200 });
  [signet, receiver] = await Promise.all([
    Signet.start({ SIGNET_RETRY_SCHEDULE: '1s', SIGNET_MAX_ATTEMPTS: '3' }),
    RecordingReceiver.start({ respond }),
  ]);
  local = await signet.local();
  producer = new RecordProducer({ client: clientOf(local), name: 'e2e' });
});
afterAll(async () => {
  await producer?.close();
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
  rmSync(SCRATCH, { recursive: true, force: true });
});

const clientOf = ({ kafkaBrokers }: LocalFile) => ({ brokers: kafkaBrokers.split(','), clientId: 'e2e' });

/** All records on these topics. */
async function recordsOf(topics: readonly string[]): Promise<KafkaRecord[]> {
  const all: KafkaRecord[] = [];
  const ranges = await rangesBetween(clientOf(local), topics, new Date(0), new Date());
  const onRecords = async (batch: readonly KafkaRecord[]): Promise<void> => void all.push(...batch);
  await readRanges({ client: clientOf(local), ranges, onRecords, signal: AbortSignal.timeout(30_000) });
  return all;
}

/** Makes the running system send each kind of message at least once. */
async function liveALittle(): Promise<void> {
  const [operator, tenant, publisher] = [Api.operator(local), Api.tenant(local), Api.producer(local)];
  const { id: webhookId } = await tenant.register(`${receiver.url}/works`, { rateLimitPerSecond: 50 });
  await tenant.register(`${receiver.url}/fails`);
  await tenant.register(`${receiver.url}/pager`, { events: ['webhook.failing', 'webhook.recovered'] });
  const { id: gone } = await tenant.register(`${receiver.url}/gone`, { headers: { 'x-shop': 'antwerp' } });
  await tenant.call('DELETE', `/v1/webhooks/${gone}`);
  await tenant.call('POST', `/v1/webhooks/${webhookId}/test`, { eventType: 'sale.created' });
  await operator.call('POST', '/v1/tenants', { name: 'Ghent' });
  const about = { name: 'Till', role: 'producer', eventTypes: ['sale.created'] };
  const { id: keyId } = await operator.call<{ id: string }>('POST', `/v1/tenants/${local.tenantId}/api-keys`, about);
  await operator.call('DELETE', `/v1/api-keys/${keyId}`);

  await publisher.publish(local.tenantId, 'http-1');
  const { data, ...attributes } = saleCreated(local.tenantId, 'binary-1');
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) =>
      name === 'datacontenttype' ? [CE.contentType, String(value)] : [`ce_${name}`, String(value)],
    ),
  );
  await producer.publishAll(SOURCE_TOPIC, [
    { key: 'binary-1', value: JSON.stringify(data), headers },
    {
      key: 'structured-1',
      value: JSON.stringify(saleCreated(local.tenantId, 'structured-1')),
      headers: { [CE.contentType]: 'application/cloudevents+json' },
    },
  ]);
}

const EXPECTED = [
  ...['sale.created.binary', 'sale.created.structured', 'sale.created', 'webhook.failing'],
  ...['delivery.request', 'delivery.request-bundle', 'delivery.outcome'],
  ...['webhook', 'webhook.deleted', 'tenant', 'api-key', 'api-key.revoked', 'installation', 'generation'],
];

test('every record of the running system is a message of the AsyncAPI document', async () => {
  await liveALittle();
  const judged = await waitFor(
    async () => {
      const all = (await recordsOf([SOURCE_TOPIC, ...TOPICS.map(({ name }) => name)])).map((record) => ({
        record,
        verdict: api.judge(record),
      }));
      const seen = new Set(all.map(({ verdict }) => ('message' in verdict ? verdict.message : '')));
      const last = all.some(({ record }) => record.topic === DELIVERY_OUTCOMES && /FAILED/.test(String(record.value)));
      return last && EXPECTED.every((name) => seen.has(name)) ? all : undefined;
    },
    { what: 'every kind of message' },
  );
  const misfits = judged.flatMap(({ record: { topic, value }, verdict }) =>
    'faults' in verdict ? [{ topic, value: String(value), faults: verdict.faults }] : [],
  );
  expect(misfits).toEqual([]);
});

test('the consumer of the guide reports each delivery that has ended, once', async () => {
  const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync(GUIDE, 'utf8')) ?? [];
  mkdirSync(SCRATCH, { recursive: true });
  writeFileSync(join(SCRATCH, 'outcomes.mjs'), code);
  const tenant = Api.tenant(local);
  const ended = (status: Delivery['status']) => tenant.deliveries({ status });
  const isOver = async (): Promise<boolean> =>
    (await tenant.deliveries({})).every(({ status }) => status === 'SUCCESS' || status === 'FAILED');
  await waitFor(isOver, { what: 'every delivery to end' });
  const expected = [
    ...(await ended('SUCCESS')).map(
      // The attempt number of an outcome counts the attempts in the log, which include failed probes.
      ({ id, attemptCount, unspentAttempts }) => `${id} delivered, attempt ${attemptCount + unspentAttempts}`,
    ),
    // They failed by their own attempts, or when their webhook was disabled at its tenth failure in a row.
    ...(await ended('FAILED')).map(({ id, endReason }) => `${id} given up: ${endReason ?? 'http_status'}`),
  ];
  // A repeated record, as from a relay that has crashed, which the guide's consumer must pass over; and one more
  // record after it.
  const [repeated] = await recordsOf([DELIVERY_OUTCOMES]);
  const last = { ...(JSON.parse(String(repeated?.value)) as object), deliveryId: newId(), deliveryStatus: 'SUCCESS' };
  await producer.publish(DELIVERY_OUTCOMES, { key: repeated!.key, value: repeated!.value });
  await producer.publish(DELIVERY_OUTCOMES, { key: repeated!.key, value: JSON.stringify({ ...last, attempt: 9 }) });
  expected.push(`${last.deliveryId} delivered, attempt 9`);

  const env = { ...process.env, SIGNET_KAFKA_BROKERS: local.kafkaBrokers };
  const consumer = spawn(process.execPath, [join(SCRATCH, 'outcomes.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(consumer, 'exit');
  try {
    expect((await linesOf(consumer, expected)).toSorted()).toEqual(expected.toSorted());
  } finally {
    consumer.kill();
    await exited;
  }
});

/** The consumer's lines about deliveries, once all expected ones are there; kafkajs prints other lines. */
async function linesOf(child: ChildProcess, expected: readonly string[]): Promise<string[]> {
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  const lines = (): string[] => output.split('\n').filter((line) => /^[0-9a-f-]{36} /.test(line));
  const isAll = (): boolean => expected.every((line) => lines().includes(line));
  await waitFor(isAll, { what: 'the lines of the consumer', timeoutMs: 90_000 });
  return lines();
}

/** Dead letters are described under the name of their topic. */
const DEAD_LETTERS = ['ingestion.dead-letter', 'delivery.dead-letter', 'registry.dead-letter'];

test('every dead letter of each service is one as well', async () => {
  // Records that ingestion, delivery and the registry refuse.
  for (const topic of [SOURCE_TOPIC, 'ingestion.sale.v1', DELIVERY_OUTCOMES])
    await producer.publish(topic, { key: 'junk', value: '{', headers: { 'x-trace': 'kept' } });
  const letters = await waitFor(
    async () => {
      const all = await recordsOf(DEAD_LETTERS.map((name) => `${name}.v1`));
      return new Set(all.map(({ topic }) => topic)).size === DEAD_LETTERS.length ? all : undefined;
    },
    { what: 'a dead letter of each service' },
  );
  for (const letter of letters) expect(api.judge(letter)).toEqual({ message: letter.topic.replace('.v1', '') });
});
