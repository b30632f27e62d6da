import { expect, test } from '@jest/globals';
import { EVENT_TYPES } from '../event-types/index.ts';
import { webhookBody } from './delivery-request.ts';

const time = '2026-03-01T10:00:00Z';

test('the body is the data of the producer, byte for byte, with type and time before it', () => {
  const data = '{ "total" : 10.50, "saleId":12345678901234567890 }';
  expect(webhookBody({ type: 'sale.created', time, data: Buffer.from(data) }).toString()).toBe(
    `{"type":"sale.created","timestamp":"${time}","data":${data}}`,
  );
});

test.each([...EVENT_TYPES.map(({ name }) => name), 'a"b', 'back\\slash', 'line\nbreak', '","data":{},"x":"', '\ud83d'])(
  'whatever the type and the time are, it is JSON with just these fields: %j',
  (text) => {
    const body = webhookBody({ type: text, time: text, data: Buffer.from('{"saleId":"S-1"}') });
    const { type, timestamp, data, ...others } = JSON.parse(body.toString()) as Record<string, unknown>;
    expect([type, timestamp, data, others]).toEqual([text, text, { saleId: 'S-1' }, {}]);
  },
);
