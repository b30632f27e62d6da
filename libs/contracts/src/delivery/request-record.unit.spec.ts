import { expect, test } from '@jest/globals';
import type { DeliveryRequest } from './delivery-request.ts';
import { deliveryIdOf, newId } from '../ids.ts';
import { bundleRecord, countOfRequests, recordOfOne, requestRecord, requestsOfRecord } from './request-record.ts';
import type { RequestRecord } from './request-record.ts';

const webhook = { id: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11', tenantId: 'antwerp' };
const message = (n: number) => ({
  eventId: 'a3d9c9c2-7ef6-5d0c-9a39-6d0a52ba3a10',
  eventType: 'sale.created',
  source: '/pos/1',
  messageId: `s-${n}`,
  messageTime: '2026-03-01T10:00:00Z',
  acceptedAt: 1772359200050 + n,
});
const request = (n: number): DeliveryRequest => ({
  ...message(n),
  deliveryId: deliveryIdOf(webhook.id, { source: '/pos/1', id: `s-${n}` }),
  webhookId: webhook.id,
  tenantId: webhook.tenantId,
  kind: 'message',
});
const BODIES = ['{ "total" : 10.50 }', '{}', '{"city":"Đà Nẵng","rows":[\n1,2]}'];
const part = (fields: number | object, body: string) => ({
  json: JSON.stringify(typeof fields === 'number' ? message(fields) : { ...message(0), ...fields }),
  body: Buffer.from(body),
});
const bundle = (): RequestRecord =>
  bundleRecord(
    webhook,
    BODIES.map((body, n) => part(n, body)),
  );
/** As Kafka gives it. */
const read = ({ key, value, headers }: RequestRecord) => ({
  key: Buffer.from(key),
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
});

test('a request by itself is read as it was written, with its body as it is', () => {
  const record = requestRecord({ request: { ...request(1), kind: 'test' }, body: Buffer.from(BODIES[0]!) });
  expect(record).toMatchObject({ key: webhook.id, value: Buffer.from(BODIES[0]!) });
  expect(countOfRequests(read(record).headers)).toBe(1);
  expect(requestsOfRecord(read(record))).toEqual([
    { request: { ...request(1), kind: 'test' }, body: Buffer.from(BODIES[0]!) },
  ]);
});

test('a bundle is read as a request for each of its messages, in order, each body byte for byte', () => {
  expect(countOfRequests(read(bundle()).headers)).toBe(3);
  expect(requestsOfRecord(read(bundle()))).toEqual(
    BODIES.map((body, n) => ({ request: request(n), body: Buffer.from(body) })),
  );
});

test('a bundle of format 2 says each length with its message, and is read as the same requests', () => {
  const record = bundleRecord(
    { ...webhook, version: 7 },
    BODIES.map((body, n) => part(n, body)),
    2,
  );
  expect(record.headers).toEqual({
    'signet-tenant-id': 'antwerp',
    'signet-format': '2',
    'signet-count': '3',
    'signet-messages': JSON.stringify(
      BODIES.map((body, n) => ({ ...message(n), bodyLength: Buffer.byteLength(body) })),
    ),
    'signet-webhook-version': '7',
  });
  expect(record.value).toEqual(bundle().value);
  expect(countOfRequests(read(record).headers)).toBe(3);
  expect(requestsOfRecord(read(record))).toEqual(requestsOfRecord(read(bundle())));
  BODIES.forEach((body, n) => {
    const alone = recordOfOne(read(record), n);
    expect(countOfRequests(alone.headers)).toBe(1);
    expect(requestsOfRecord(alone)).toEqual([{ request: request(n), body: Buffer.from(body) }]);
  });
});

test.each([
  ['of a format that is not known', { 'signet-format': '3' }],
  ['whose lengths are missing', { 'signet-messages': JSON.stringify(BODIES.map((_, n) => message(n))) }],
  ['whose messages are none', { 'signet-messages': '{}' }],
])('a bundle of format 2 %s is none', (_what, headers) => {
  const record = bundleRecord(
    webhook,
    BODIES.map((body, n) => part(n, body)),
    2,
  );
  expect(requestsOfRecord(read({ ...record, headers: { ...record.headers, ...headers } }))).toBeUndefined();
});

test('the value of a bundle is JSON, so other readers can read it', () => {
  expect(JSON.parse(String(bundle().value))).toEqual(BODIES.map((body) => JSON.parse(body) as unknown));
});

test('a bundle may have one message', () => {
  const record = bundleRecord(webhook, [part(0, '{}')]);
  expect(requestsOfRecord(read(record))).toEqual([{ request: request(0), body: Buffer.from('{}') }]);
});

const good = read(bundle());
test.each<[string, Parameters<typeof requestsOfRecord>[0]]>([
  ['no header', { ...good, headers: {} }],
  ['no JSON in its header', { ...good, headers: { ...good.headers, 'signet-messages': Buffer.from('[{') } }],
  ['no array in its header', { ...good, headers: { ...good.headers, 'signet-messages': Buffer.from('{}') } }],
  ['no lengths', { ...good, headers: { ...good.headers, 'signet-body-lengths': undefined } }],
  ['a length too few', { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('19,2') } }],
  ['a wrong length', { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('19,2,33') } }],
  [
    'a length that is no number',
    { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('a,b,c') } },
  ],
  [
    'a length in another notation',
    { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('19,0x2,32') } },
  ],
  ['a length of nothing', { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('21,0,32') } }],
  [
    'lengths that are right in sum only',
    { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('18,3,33') } },
  ],
  ['a negative length', { ...good, headers: { ...good.headers, 'signet-body-lengths': Buffer.from('60,-6,2') } }],
  [
    'no message',
    { ...good, value: Buffer.from('[]'), headers: { ...good.headers, 'signet-messages': Buffer.from('[]') } },
  ],
  [
    '65 messages',
    read(
      bundleRecord(
        webhook,
        Array.from({ length: 65 }, (_, n) => part(n, '{}')),
      ),
    ),
  ],
  ['no webhook id for a key', { ...good, key: Buffer.from('S-1') }],
  ['no key', { ...good, key: null }],
  ['no value', { ...good, value: null }],
])('a record with %s is none', (_what, record) => {
  expect(requestsOfRecord(record)).toBeUndefined();
});

test.each<[string, object | null]>([
  ['nothing', null],
  ['no id', { messageId: undefined }],
  ['an id that is no text', { messageId: 7 }],
  ['no source', { source: undefined }],
  ['no time', { messageTime: 'yesterday' }],
  ['no acceptance', { acceptedAt: 1.5 }],
])('a message of a bundle that says %s is none; its neighbours are read', (_what, fields) => {
  const bad = { ...part(fields ?? {}, '{"bad":1}'), ...(fields === null && { json: 'null' }) };
  const record = read(bundleRecord(webhook, [part(1, '{}'), bad, part(2, '{}')]));
  expect(requestsOfRecord(record)?.map((one) => one?.request.messageId)).toEqual(['s-1', undefined, 's-2']);
  // As a record of its own, the message can be put back unchanged.
  const alone = recordOfOne(record, 1);
  expect(alone).toMatchObject({ key: record.key, value: Buffer.from('[{"bad":1}]') });
  expect(alone.headers['signet-tenant-id']).toEqual(Buffer.from(webhook.tenantId));
  expect(countOfRequests(alone.headers)).toBe(1);
  expect(requestsOfRecord(alone)).toEqual([null]);
});

test('each message of a bundle can be had alone, with its body as it is', () => {
  BODIES.forEach((body, n) =>
    expect(requestsOfRecord(recordOfOne(read(bundle()), n))).toEqual([
      { request: request(n), body: Buffer.from(body) },
    ]),
  );
});

test.each<[string, Parameters<typeof requestsOfRecord>[0]]>([
  [
    'of another webhook',
    { ...read(requestRecord({ request: request(0), body: Buffer.from('{}') })), key: Buffer.from(newId()) },
  ],
  ['that is incomplete', { ...good, headers: { 'signet-request': Buffer.from('{"deliveryId":"x"}') } }],
  ['without a tenant', read(requestRecord({ request: { ...request(0), tenantId: '' }, body: Buffer.from('{}') }))],
])('a request %s is none, and alone in its record', (_what, record) => {
  expect(requestsOfRecord(record)).toEqual([null]);
  expect(recordOfOne(record, 0)).toBe(record);
});

test('a bundle without a tenant has no messages', () => {
  const record = { ...good, headers: { ...good.headers, 'signet-tenant-id': undefined } };
  expect(requestsOfRecord(record)).toEqual([null, null, null]);
});

test('the number of requests is taken from the header only for a bundle, and never above the limit of a bundle', () => {
  const commas = Buffer.from('1,'.repeat(500_000) + '1');
  expect(countOfRequests({ 'signet-request': Buffer.from('{}'), 'signet-body-lengths': Buffer.from('1,1') })).toBe(1);
  expect(countOfRequests({ 'signet-messages': Buffer.from('[]'), 'signet-body-lengths': commas })).toBe(1);
});
