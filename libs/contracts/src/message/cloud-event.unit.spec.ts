import { expect, test } from '@jest/globals';
import { canonicalHeaders, CE, readCanonical } from './cloud-event.ts';
import { canonicalTimeLimits } from './message-time.policy.ts';
import type { CanonicalMessage } from './cloud-event.ts';

const message: CanonicalMessage = {
  id: 's-1',
  source: '/pos/1',
  type: 'sale.created',
  time: '2026-03-01T10:00:00.123456+01:00',
  subject: 'S-1',
  tenantId: 'antwerp',
  traceparent: undefined,
  data: Buffer.from('{"saleId":"S-1"}'),
};
const DAY_MS = 24 * 60 * 60 * 1000;
const limits = canonicalTimeLimits({ now: Date.parse('2026-03-01T12:00:00Z'), retentionMs: 90 * DAY_MS });
const read = (change: Parameters<typeof headersWith>[0], data: Buffer | null = message.data) =>
  readCanonical(headersWith(change), data, limits);
const headersWith = (change: Readonly<Record<string, string | Buffer | undefined>>): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries({ ...canonicalHeaders(message), ...change }).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, Buffer.from(text as string)]],
    ),
  );

test('a message is read as it was written, to the last digit of its time', () => {
  expect(read({})).toEqual({ message });
});

test.each([CE.id, CE.source, CE.type, CE.time, CE.tenantId])('without %s a record is no message', (field) => {
  for (const value of [undefined, ''])
    expect(read({ [field]: value })).toMatchObject({ reason: 'not_a_canonical_message', field });
});

test.each(['2026', '1 Mar 2026', '2026-02-30T10:00:00Z', '2026-03-01T10:00:00Z ("}'])(
  'the time %j of a trusted service is not RFC 3339: it is not passed on to receivers',
  (time) => expect(read({ [CE.time]: time })).toMatchObject({ reason: 'not_a_canonical_message', field: CE.time }),
);

test.each([
  ['0000-01-01T00:00:00Z', 'older than deliveries are kept'],
  ['0001-01-01T00:00:00+01:00', 'older than deliveries are kept'],
  ['1969-12-31T23:59:59.999Z', 'older than deliveries are kept'],
  ['2025-11-24T11:59:59Z', 'older than deliveries are kept'],
  ['2026-03-02T13:00:01Z', 'more than a day ahead'],
  ['2036-03-01T12:00:00Z', 'more than a day ahead'],
  ['9999-12-31T23:59:59Z', 'more than a day ahead'],
  ['9999-12-31T23:59:59-23:59', 'more than a day ahead'],
])('the time %s of a trusted service is out of range', (time, detail) => {
  expect(read({ [CE.time]: time })).toMatchObject({ reason: 'time_out_of_range', field: CE.time });
  expect(read({ [CE.time]: time })).toMatchObject({ detail: expect.stringContaining(detail) });
});

test.each([
  ['just as old as it may be after a week on the topic', '2025-11-24T12:00:01Z'],
  ['a day ahead of another clock', '2026-03-02T12:30:00Z'],
])('a time that ingestion took is taken: %s', (_what, time) =>
  expect(read({ [CE.time]: time })).toEqual({ message: { ...message, time } }),
);

test.each<[what: string, change: Parameters<typeof headersWith>[0], field: string, detail: string]>([
  ['an id that is not UTF-8', { [CE.id]: Buffer.from([0x61, 0xff]) }, CE.id, 'not UTF-8'],
  ['NUL in the subject, which PostgreSQL does not take', { [CE.subject]: 'a\0b' }, CE.subject, 'control character'],
  ['a line break in the source', { [CE.source]: '/pos\n1' }, CE.source, 'control character'],
  ['a subject without end', { [CE.subject]: 'x'.repeat(1_025) }, CE.subject, 'longer than 1,024'],
  ['a tenant with a slash', { [CE.tenantId]: 'a/b' }, CE.tenantId, 'id of a tenant'],
  ['a tenant of more than 64 letters', { [CE.tenantId]: 't'.repeat(65) }, CE.tenantId, 'id of a tenant'],
])('a record that ingestion would refuse is no message: %s', (_what, change, field, detail) => {
  expect(read(change)).toMatchObject({ reason: 'not_a_canonical_message', field });
  expect(read(change)).toMatchObject({ detail: expect.stringContaining(detail) });
});

test('an empty subject is none, as in ingestion', () => {
  expect(read({ [CE.subject]: '' })).toEqual({ message: { ...message, subject: undefined } });
});

test('a trace is passed on, and ignored where it cannot be read', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(read({ [CE.traceparent]: traceparent })).toMatchObject({ message: { traceparent } });
  expect(read({ [CE.traceparent]: 'no\ntrace' })).toEqual({ message });
});

test.each([null, Buffer.alloc(0)])('without data a record is no message: %j', (data) => {
  expect(read({}, data)).toMatchObject({ reason: 'not_a_canonical_message', field: 'data' });
});
