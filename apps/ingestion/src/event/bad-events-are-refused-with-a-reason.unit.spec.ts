import { expect, test } from '@jest/globals';
import type { KafkaRecord } from '@signet/kafka';
import { readHttpEvents } from '../http/http-event.ts';
import { readKafkaEvent } from '../source/kafka-event.ts';
import { asRecord, asRequest, BAD_EVENTS, badEventsOver, goodEvent, structured, WORLD } from '../testing/bad-events.ts';
import type { SentEvent } from '../testing/bad-events.ts';
import type { EventContext } from './event-rules.ts';
import { checkEvent } from './event-rules.ts';
import type { RawEvent } from './raw-event.ts';
import type { Refusal } from './refusal.ts';
import { isRefusal } from './refusal.ts';
import { readBatch, readStructured } from './structured.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const context: EventContext = {
  now: NOW,
  receivedAt: NOW,
  retentionMs: 90 * DAY_MS,
  maxBytes: WORLD.maxBytes,
  defaultTenant: undefined,
  maySend: (type) => type === WORLD.eventType,
  mayActFor: (tenantId) => tenantId !== WORLD.foreignTenant,
  tenantExists: (tenantId) => tenantId === WORLD.tenant,
};

const judge = (event: RawEvent | Refusal): unknown => {
  const checked = isRefusal(event) ? event : checkEvent(event, context);
  return isRefusal(checked) ? { ...checked } : checked;
};

const overKafka = (sent: SentEvent): unknown => {
  const { headers = {}, value } = asRecord(sent, 'key');
  const record: KafkaRecord = {
    topic: 'shop.sale',
    partition: 0,
    offset: '0',
    key: null,
    value: value as Buffer | null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as string)])),
    timestamp: NOW,
  };
  return judge(readKafkaEvent(record));
};

const overHttp = (sent: SentEvent): unknown => {
  const { headers, body } = asRequest(sent);
  const read = readHttpEvents(headers as Record<string, string>, (body as Buffer | undefined) ?? Buffer.alloc(0));
  return read.kind === 'one' ? judge(read.event) : read.events.map(judge);
};

const BOTH = [
  ['Kafka', badEventsOver('kafka'), overKafka],
  ['HTTP', badEventsOver('http'), overHttp],
] as const;
for (const [transport, events, judged] of BOTH)
  test.each(events)(`over ${transport}: $what`, ({ sent, reason, field, detail }) => {
    expect(judged(sent)).toEqual({ reason, field, detail: expect.stringMatching(/^.+\.$/) });
    expect(judged(sent)).toMatchObject({ detail: expect.stringContaining(detail) });
  });

test('there are at least forty different errors', () => {
  const told = BOTH.flatMap(([, events, judged]) => events.map(({ sent }) => JSON.stringify(judged(sent))));
  expect(new Set(told).size).toBeGreaterThanOrEqual(40);
  expect(new Set(BAD_EVENTS.map(({ what }) => what)).size).toBe(BAD_EVENTS.length);
});

test('a batch is a list, and each of its events is judged alone', () => {
  expect(readBatch(Buffer.from('{}'))).toMatchObject({ reason: 'malformed_event', field: 'event' });
  const batch = readBatch(Buffer.from(JSON.stringify([goodEvent, 7, { ...goodEvent, type: 'x' }]))) as (
    RawEvent | Refusal
  )[];
  expect(batch.map(judge)).toEqual([
    expect.objectContaining({ tenantId: WORLD.tenant }),
    expect.objectContaining({ reason: 'malformed_event' }),
    expect.objectContaining({ reason: 'unknown_event_type' }),
  ]);
});

test.each([
  ['a second more than a day ahead', '2026-03-02T12:00:01Z'],
  ['a second older than the retention', '2025-12-01T11:59:59Z'],
])('%s is out of range', (_what, time) => {
  expect(overHttp(structured({ time }))).toMatchObject({ reason: 'time_out_of_range', field: 'time' });
});

test.each<[what: string, change: Parameters<typeof structured>[0], expected: object]>([
  ['without a time: when it came in', {}, { time: '2026-03-01T12:00:00.000Z' }],
  [
    'a time with an offset and a fraction, as it was written',
    { time: '2026-03-01T13:00:00.123456+01:00' },
    { time: '2026-03-01T13:00:00.123456+01:00' },
  ],
  ['a time just within a day ahead', { time: '2026-03-02T12:00:00Z' }, { time: '2026-03-02T12:00:00Z' }],
  ['a leap day', { time: '2024-02-29T10:00:00Z' }, { reason: 'time_out_of_range' }],
  ['a media type with a parameter', { datacontenttype: 'application/json; charset=utf-8' }, { tenantId: WORLD.tenant }],
  ['JSON of a kind', { datacontenttype: 'application/vnd.shop+json' }, { tenantId: WORLD.tenant }],
  ['data in base64', { data: undefined, data_base64: 'eyJzYWxlSWQiOjF9' }, { data: Buffer.from('{"saleId":1}') }],
  ['fields that the schema does not know', { data: { saleId: 1, colour: 'red' } }, { tenantId: WORLD.tenant }],
  [
    'a long list: its elements have no keys',
    { data: { saleId: 1, serials: Array(10_001).fill(7) } },
    { tenantId: WORLD.tenant },
  ],
  ['an id of every kind of letter', { id: 'é😀' }, { id: 'é😀' }],
  ['an empty subject is none', { subject: '' }, { subject: undefined }],
])('is taken: %s', (_what, change, expected) => {
  expect(overKafka(structured(change))).toMatchObject(expected);
});

test('data keeps its bytes: digits, spaces and the order of its fields', () => {
  const data = '{ "total" : 10.50, "saleId":12345678901234567890 }';
  const text = JSON.stringify({ ...goodEvent, data: 0 }).replace('"data":0', `"data": ${data}`);
  expect(judge(readStructured(Buffer.from(text)))).toMatchObject({ data: Buffer.from(data) });
});

test.each([
  ['percent-encoded', 'a%20%22b%22%20%E2%82%AC', 'a "b" €'],
  ['quoted, as older senders do', '"a b"', 'a b'],
  ['quoted, with escapes', String.raw`"a \"b\" \\ c"`, String.raw`a "b" \ c`],
  ['quoted and percent-encoded: unquoted first, then decoded once', '"a%2520%22"', 'a%20"'],
  ['with a quote that begins nothing', 'a"b', 'a"b'],
  ['with a quote that is not closed', '"a', '"a'],
  ['quoted, with an escape in place of its end', String.raw`"a\"`, String.raw`"a\"`],
])('over HTTP, a header is read as the binding has it: %s', (_what, subject, expected) => {
  const headers = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-subject': subject };
  expect(readHttpEvents(headers, Buffer.from('{}'))).toMatchObject({ event: { attributes: { subject: expected } } });
});
