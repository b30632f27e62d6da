import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEAD_LETTER } from '@signet/kafka';
import type { KafkaRecord, OutgoingRecord } from '@signet/kafka';
import { waitFor } from '@signet/testing';
import type { Refusal } from './event/refusal.ts';
import { asRecord, asRequest, badEventsOver, WORLD } from './testing/bad-events.ts';
import type { BadEvent } from './testing/bad-events.ts';
import { TestIngestion } from './testing/ingestion.ts';
import { overHttp, overKafka, saleOf } from './testing/sales.ts';

const OVER_HTTP = badEventsOver('http');
const OVER_KAFKA = badEventsOver('kafka');
const tenant = WORLD.tenant;
let ingestion: TestIngestion;
let key: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start({ settings: { SIGNET_MAX_MESSAGE_BYTES: String(WORLD.maxBytes) } });
  await ingestion.newTenant('active', tenant);
  ({ key } = await ingestion.newKey({
    role: 'producer',
    tenants: [tenant, WORLD.unknownTenant],
    eventTypes: [WORLD.eventType],
  }));
});
afterAll(() => ingestion.stop());

/** All other reasons are answered with 422. */
const STATUS: Partial<Record<Refusal['reason'], number>> = {
  malformed_event: 400,
  event_type_not_allowed: 403,
  tenant_not_allowed: 403,
  message_too_large: 413,
  unsupported_media_type: 415,
};
const countedByReason = (events: readonly BadEvent[]): Record<string, number> =>
  Object.fromEntries(events.map(({ reason }) => [reason, events.filter((event) => event.reason === reason).length]));
const refusedOver = async (source: 'http' | 'kafka', reasons: readonly string[]): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      reasons.map(async (reason) => [
        reason,
        await ingestion.counted('signet_ingestion_refused_total', { source, reason }),
      ]),
    ),
  );

test('there are many of them, over either way', () => {
  expect(OVER_HTTP.length).toBeGreaterThanOrEqual(40);
  expect(OVER_KAFKA.length).toBeGreaterThanOrEqual(40);
});

test.each(OVER_HTTP)('over HTTP, $what: a problem that names the field and the rule', async (event) => {
  const { status, headers, json } = await ingestion.post(asRequest(event.sent), key);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect({ status, json }).toMatchObject({
    status: STATUS[event.reason] ?? 422,
    json: {
      code: event.reason,
      detail: expect.stringContaining(event.detail),
      errors: [{ field: event.field, rule: event.reason, detail: json.detail }],
    },
  });
});

test('over HTTP, OpenAPI names each of them under its status', async () => {
  const document = (await (await fetch(`${ingestion.service.url}/openapi.json`)).json()) as {
    paths: Record<string, { post: { responses: Record<string, { content: Record<string, { examples?: object }> }> } }>;
  };
  const { responses } = document.paths['/v1/events']!.post;
  const described = Object.entries(responses).flatMap(([status, { content }]) =>
    Object.keys(content['application/problem+json']?.examples ?? {}).map((code) => `${status} ${code}`),
  );
  const told = OVER_HTTP.map(({ reason }) => `${STATUS[reason] ?? 422} ${reason}`);
  expect(described).toEqual(expect.arrayContaining(told));
});

test('over HTTP, each was counted by its reason, and a good event is taken as before', async () => {
  const expected = countedByReason(OVER_HTTP);
  expect(await refusedOver('http', Object.keys(expected))).toEqual(expected);
  const good = saleOf(tenant);
  expect((await ingestion.post(overHttp.structured(good), key)).status).toBe(202);
  await (await ingestion.canonical()).record(`${tenant}/${good.subject}`);
});

/** The bad events as records of one partition, by their descriptions. */
const records = new Map(OVER_KAFKA.map(({ what, sent }) => [what, asRecord(sent, randomUUID())]));
const letters = new Map<string, KafkaRecord>();

test('over Kafka, all of them are set aside, and the partition moves on to the good event behind them', async () => {
  const good = saleOf(tenant);
  await ingestion.producer.publishAll(ingestion.sourceTopic, [...records.values(), overKafka.binary(good)]);
  await (await ingestion.canonical()).record(`${tenant}/${good.subject}`);
  const deadLetters = await ingestion.deadLetters();
  for (const [what, record] of records) letters.set(what, await deadLetters.record(String(record.key)));
  const expected = countedByReason(OVER_KAFKA);
  const counted = () => refusedOver('kafka', Object.keys(expected));
  await waitFor(async () => Object.values(await counted()).reduce((a, b) => a + b) >= records.size, {
    what: 'the counts',
  });
  expect(await counted()).toEqual(expected);
  for (const { key: name } of records.values()) expect(deadLetters.count(String(name))).toBe(1);
});

test.each(OVER_KAFKA)(
  'over Kafka, $what: a dead letter with the reason, the field, the bytes and the headers',
  ({ what, reason, field, detail }) => {
    const letter = letters.get(what);
    const { value, headers = {} } = records.get(what) as OutgoingRecord;
    const about = (name: string): string | undefined => letter?.headers[name]?.toString();
    expect([about(DEAD_LETTER.reason), about(DEAD_LETTER.field)]).toEqual([reason, field]);
    expect(about(DEAD_LETTER.detail)).toContain(detail);
    expect([about(DEAD_LETTER.topic), about(DEAD_LETTER.omitted)]).toEqual([ingestion.sourceTopic, undefined]);
    expect(letter?.value).toEqual(value);
    const own = Object.entries(letter?.headers ?? {}).filter(([name]) => !name.startsWith('signet-dead-letter-'));
    const sent = Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes as string)]);
    expect(Object.fromEntries(own)).toEqual(Object.fromEntries(sent));
  },
);
