import { expect, test } from '@jest/globals';
import { canonicalHeaders, CE, readCanonical } from './cloud-event.ts';
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
const headersWith = (change: Readonly<Record<string, string | undefined>>): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries({ ...canonicalHeaders(message), ...change }).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, Buffer.from(text)]],
    ),
  );

test('a message is read as it was written, to the last digit of its time', () => {
  expect(readCanonical(headersWith({}), message.data)).toEqual({ message });
});

test.each([CE.id, CE.source, CE.type, CE.time, CE.tenantId])('without %s it is none', (name) => {
  for (const value of [undefined, ''])
    expect(readCanonical(headersWith({ [name]: value }), message.data)).toEqual({ missing: name });
});

test.each(['2026', '1 Mar 2026', '2026-02-30T10:00:00Z', '2026-03-01T10:00:00Z ("}'])(
  'the time %j of a trusted service is not RFC 3339: it is not passed on to receivers',
  (time) => expect(readCanonical(headersWith({ [CE.time]: time }), message.data)).toEqual({ missing: CE.time }),
);

test('a trace is passed on, and ignored where it cannot be read', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(readCanonical(headersWith({ [CE.traceparent]: traceparent }), message.data)).toMatchObject({
    message: { traceparent },
  });
  expect(readCanonical(headersWith({ [CE.traceparent]: 'no\ntrace' }), message.data)).toEqual({ message });
});

test.each([null, Buffer.alloc(0)])('without data it is none: %j', (data) => {
  expect(readCanonical(headersWith({}), data)).toEqual({ missing: 'data' });
});
