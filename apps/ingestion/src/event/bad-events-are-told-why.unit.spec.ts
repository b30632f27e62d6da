import { expect, test } from '@jest/globals';
import type { KafkaRecord } from '@signet/kafka';
import { readHttpEvents } from '../http/http-event.ts';
import { readKafkaEvent } from '../source/kafka-event.ts';
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
  maxBytes: 4_096,
  defaultTenant: undefined,
  maySend: (type) => type !== 'customer.created',
  mayActFor: (tenantId) => tenantId !== 'not-ours',
  tenantExists: (tenantId) => tenantId !== 'nobody',
};

const good = {
  specversion: '1.0',
  id: 's-1',
  source: '/pos/1',
  type: 'sale.created',
  tenantid: 'antwerp',
  data: { saleId: 'S-1', total: 10.5 },
};
type Change = Partial<Record<keyof typeof good | 'time' | 'subject' | 'datacontenttype' | 'data_base64', unknown>>;

const judge = (event: RawEvent | Refusal): unknown => {
  const checked = isRefusal(event) ? event : checkEvent(event, context);
  return isRefusal(checked) ? { ...checked } : checked;
};
const structured = (change: Change): unknown =>
  judge(readStructured(Buffer.from(JSON.stringify({ ...good, ...change }))));
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
const keys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i.toString(36), 1]));
const long = 'x'.repeat(1_025);

test.each<[what: string, change: Change, reason: Refusal['reason'], field: string]>([
  ['no specversion', { specversion: undefined }, 'missing_attribute', 'specversion'],
  ['an empty specversion', { specversion: '' }, 'missing_attribute', 'specversion'],
  ['specversion as a number', { specversion: 1 }, 'invalid_attribute', 'specversion'],
  ['an old specversion', { specversion: '0.3' }, 'unsupported_specversion', 'specversion'],
  ['a specversion to come', { specversion: '2.0' }, 'unsupported_specversion', 'specversion'],
  ['no id', { id: undefined }, 'missing_attribute', 'id'],
  ['an empty id', { id: '' }, 'missing_attribute', 'id'],
  ['id null', { id: null }, 'missing_attribute', 'id'],
  ['id as a number', { id: 7 }, 'invalid_attribute', 'id'],
  ['a long id', { id: long }, 'invalid_attribute', 'id'],
  ['a line break in the id', { id: 'a\nb' }, 'invalid_attribute', 'id'],
  ['NUL in the id', { id: 'a\u0000b' }, 'invalid_attribute', 'id'],
  ['no source', { source: undefined }, 'missing_attribute', 'source'],
  ['an empty source', { source: '' }, 'missing_attribute', 'source'],
  ['source as an object', { source: {} }, 'invalid_attribute', 'source'],
  ['a long source', { source: `/${long}` }, 'invalid_attribute', 'source'],
  ['a control character in the source', { source: '/pos\u007f' }, 'invalid_attribute', 'source'],
  ['no type', { type: undefined }, 'missing_attribute', 'type'],
  ['a type that is not in the catalogue', { type: 'sale.exploded' }, 'unknown_event_type', 'type'],
  ['a type in capitals', { type: 'Sale.Created' }, 'unknown_event_type', 'type'],
  ['a type with a space behind', { type: 'sale.created ' }, 'unknown_event_type', 'type'],
  ["Signet's own type", { type: 'webhook.disabled' }, 'reserved_event_type', 'type'],
  ['a type that the key may not send', { type: 'customer.created' }, 'event_type_not_allowed', 'type'],
  ['a list of types', { type: ['sale.created'] }, 'invalid_attribute', 'type'],
  ['no tenant', { tenantid: undefined }, 'missing_attribute', 'tenantid'],
  ['an empty tenant', { tenantid: '' }, 'missing_attribute', 'tenantid'],
  ['a tenant as a number', { tenantid: 12 }, 'invalid_attribute', 'tenantid'],
  ['a slash in the tenant', { tenantid: 'a/b' }, 'invalid_attribute', 'tenantid'],
  ['a long tenant', { tenantid: 't'.repeat(129) }, 'invalid_attribute', 'tenantid'],
  ['a tenant that is not the key’s', { tenantid: 'not-ours' }, 'tenant_not_allowed', 'tenantid'],
  ['a tenant that there is not', { tenantid: 'nobody' }, 'unknown_tenant', 'tenantid'],
  ['a time in words', { time: 'yesterday' }, 'invalid_attribute', 'time'],
  ['a time without a zone', { time: '2026-03-01T10:00:00' }, 'invalid_attribute', 'time'],
  ['a day without a time', { time: '2026-03-01' }, 'invalid_attribute', 'time'],
  ['a day that there is not', { time: '2026-02-30T10:00:00Z' }, 'invalid_attribute', 'time'],
  ['a time as a number', { time: NOW }, 'invalid_attribute', 'time'],
  ['a time more than a day ahead', { time: '2026-03-02T12:00:01Z' }, 'time_out_of_range', 'time'],
  ['a time older than the retention', { time: '2025-12-01T11:59:59Z' }, 'time_out_of_range', 'time'],
  ['a subject as a number', { subject: 5 }, 'invalid_attribute', 'subject'],
  ['a long subject', { subject: long }, 'invalid_attribute', 'subject'],
  ['a tab in the subject', { subject: 'a\tb' }, 'invalid_attribute', 'subject'],
  ['XML', { datacontenttype: 'application/xml' }, 'invalid_attribute', 'datacontenttype'],
  ['a content type as a number', { datacontenttype: 1 }, 'invalid_attribute', 'datacontenttype'],
  ['no data', { data: undefined }, 'missing_data', 'data'],
  ['data null', { data: null }, 'missing_data', 'data'],
  ['data as a text', { data: 'S-1' }, 'invalid_data', 'data'],
  ['data as a list', { data: [1] }, 'invalid_data', 'data'],
  ['data that is too large', { data: { note: 'n'.repeat(4_096) } }, 'message_too_large', 'data'],
  ['data that is too deep', { data: nested(70) }, 'too_deep', 'data'],
  ['a total that is a list', { data: { total: [] } }, 'invalid_data', 'data.total'],
  ['a sale id that is an object', { data: { saleId: {} } }, 'invalid_data', 'data.saleId'],
  ['a currency in small letters', { data: { currency: 'eur' } }, 'invalid_data', 'data.currency'],
  ['data twice over', { data_base64: 'e30=' }, 'malformed_event', 'data_base64'],
  ['base64 that is none', { data: undefined, data_base64: '{}' }, 'malformed_event', 'data_base64'],
  ['base64 of no JSON', { data: undefined, data_base64: 'AAAA' }, 'invalid_data', 'data'],
  ['base64 of what is not UTF-8', { data: undefined, data_base64: '/////w==' }, 'invalid_data', 'data'],
])('%s', (_what, change, reason, field) => {
  expect(structured(change)).toEqual({ reason, field, detail: expect.stringMatching(/\.$/) });
});

test('data with too many keys, where the size allows them', () => {
  const event = readStructured(Buffer.from(JSON.stringify({ ...good, data: keys(10_001) })));
  const checked = checkEvent(event as RawEvent, { ...context, maxBytes: 1_000_000 });
  expect(checked).toMatchObject({ reason: 'too_many_keys', field: 'data' });
});

test.each<[what: string, text: string | Buffer, field: string]>([
  ['nothing', '', 'event'],
  ['half an object', '{"specversion": "1.0"', 'event'],
  ['a list', '[]', 'event'],
  ['a number', '12', 'event'],
  ['null', 'null', 'event'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'event'],
  ['an attribute twice', '{"id": "a", "id": "b"}', 'id'],
])('%s is no event', (_what, text, field) => {
  expect(readStructured(Buffer.from(text))).toMatchObject({ reason: 'malformed_event', field });
});

test('a batch is a list, and each of its events is judged alone', () => {
  expect(readBatch(Buffer.from('{}'))).toMatchObject({ reason: 'malformed_event', field: 'event' });
  const batch = readBatch(Buffer.from(JSON.stringify([good, 7, { ...good, type: 'x' }]))) as (RawEvent | Refusal)[];
  expect(batch.map(judge)).toEqual([
    expect.objectContaining({ tenantId: 'antwerp' }),
    expect.objectContaining({ reason: 'malformed_event' }),
    expect.objectContaining({ reason: 'unknown_event_type' }),
  ]);
});

const record = (headers: Record<string, string>, value: Buffer | null): KafkaRecord => ({
  topic: 'shop.sale',
  partition: 0,
  offset: '0',
  key: null,
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  timestamp: NOW,
});
const binary = { ce_specversion: '1.0', ce_id: 's-1', ce_source: '/pos/1', ce_type: 'sale.created', ce_tenantid: 'a' };

test.each<[what: string, record: KafkaRecord, reason: Refusal['reason'], field: string]>([
  [
    'a batch over Kafka',
    record({ 'content-type': 'Application/CloudEvents-Batch+json' }, Buffer.from('[]')),
    'unsupported_mode',
    'content-type',
  ],
  [
    'structured without a value',
    record({ 'content-type': 'application/cloudevents+json' }, null),
    'malformed_event',
    'event',
  ],
  ['no headers at all', record({}, Buffer.from('{}')), 'missing_attribute', 'specversion'],
  ['binary without a value', record(binary, null), 'missing_data', 'data'],
  ['binary with an empty value', record(binary, Buffer.alloc(0)), 'missing_data', 'data'],
  ['binary with broken JSON', record(binary, Buffer.from('{"saleId":')), 'invalid_data', 'data'],
])('%s', (_what, bad, reason, field) => {
  expect(judge(readKafkaEvent(bad))).toMatchObject({ reason, field });
});

test('a header that is not percent-encoded UTF-8 is named', () => {
  const events = readHttpEvents({ 'ce-specversion': '1.0', 'ce-id': '%E4%' }, Buffer.from('{}'));
  expect(events).toMatchObject({ kind: 'one', event: { reason: 'invalid_attribute', field: 'id' } });
});

test.each<[what: string, change: Change, expected: object]>([
  ['without a time: when it came in', {}, { time: '2026-03-01T12:00:00.000Z' }],
  [
    'a time with an offset and a fraction, as it was written',
    { time: '2026-03-01T13:00:00.123456+01:00' },
    { time: '2026-03-01T13:00:00.123456+01:00' },
  ],
  ['a time just within a day ahead', { time: '2026-03-02T12:00:00Z' }, { time: '2026-03-02T12:00:00Z' }],
  ['a leap day', { time: '2024-02-29T10:00:00Z' }, { reason: 'time_out_of_range' }],
  ['a media type with a parameter', { datacontenttype: 'application/json; charset=utf-8' }, { tenantId: 'antwerp' }],
  ['JSON of a kind', { datacontenttype: 'application/vnd.shop+json' }, { tenantId: 'antwerp' }],
  ['data in base64', { data: undefined, data_base64: 'eyJzYWxlSWQiOjF9' }, { data: Buffer.from('{"saleId":1}') }],
  ['fields that the schema does not know', { data: { saleId: 1, colour: 'red' } }, { tenantId: 'antwerp' }],
  ['an id of every kind of letter', { id: 'é😀' }, { id: 'é😀' }],
  ['an empty subject is none', { subject: '' }, { subject: undefined }],
])('is taken: %s', (_what, change, expected) => {
  expect(structured(change)).toMatchObject(expected);
});

test('data keeps its bytes: digits, spaces and the order of its fields', () => {
  const data = '{ "total" : 10.50, "saleId":12345678901234567890 }';
  const text = JSON.stringify({ ...good, data: 0 }).replace('"data":0', `"data": ${data}`);
  expect(judge(readStructured(Buffer.from(text)))).toMatchObject({ data: Buffer.from(data) });
});
