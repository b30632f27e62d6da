import { expect, test } from '@jest/globals';
import { deliveryIdOf, newId } from '@signet/contracts';
import type { DeliveryRequest } from '@signet/contracts';
import { whyNotStorable } from './storable.policy.ts';

const webhookId = newId();
const request: DeliveryRequest = {
  deliveryId: deliveryIdOf(webhookId, { source: '/pos/1', id: 's-1' }),
  webhookId,
  tenantId: 'antwerp',
  eventId: newId(),
  eventType: 'sale.created',
  source: '/pos/1',
  messageId: 's-1',
  messageTime: '2026-03-01T10:00:00Z',
  acceptedAt: 1772359200050,
  kind: 'message',
};
const body = Buffer.from('{"type":"sale.created"}');
const whyNot = (fields: object, bytes = body) => whyNotStorable({ ...request, ...fields }, bytes);

test.each<[string, object]>([
  ['as ingestion makes it', {}],
  ['with a subject of 2,046 bytes', { subject: '鑽'.repeat(682) }],
  ['with every optional field', { subject: 'S-1', traceparent: '00-a-b-01', repeats: newId() }],
  ['with characters outside the first plane', { subject: '💍', source: '/💍' }],
  ['of the first day', { messageTime: '0001-01-02T00:00:00Z' }],
  ['of the last day', { messageTime: '9999-12-30T23:59:59Z' }],
  ['accepted before Kafka knew times', { acceptedAt: -1 }],
])('a request %s can be stored', (_what, fields) => expect(whyNot(fields)).toBeNull());

test.each<[string, string, object]>([
  ['not_a_delivery_request', 'deliveryId', { deliveryId: request.deliveryId.toUpperCase() }],
  ['not_a_delivery_request', 'deliveryId', { deliveryId: 'no uuid' }],
  ['not_a_delivery_request', 'eventId', { eventId: undefined }],
  ['not_a_delivery_request', 'repeats', { repeats: null }],
  ['not_a_delivery_request', 'source', { source: 7 }],
  ['not_a_delivery_request', 'subject', { subject: null }],
  ['not_a_delivery_request', 'kind', { kind: 'gift' }],
  ['not_a_delivery_request', 'acceptedAt', { acceptedAt: 1e20 }],
  ['not_storable', 'tenantId', { tenantId: 'a\0b' }],
  ['not_storable', 'messageId', { messageId: 'a\0b' }],
  ['not_storable', 'subject', { subject: 'a\ud800' }],
  ['not_storable', 'source', { source: '\udc00a' }],
  ['not_storable', 'subject', { subject: '鑽'.repeat(683) }],
  ['time_out_of_range', 'messageTime', { messageTime: '0000-01-01T00:00:00Z' }],
  ['time_out_of_range', 'messageTime', { messageTime: '0001-01-01T00:00:00+14:00' }],
  ['time_out_of_range', 'messageTime', { messageTime: '9999-12-31T23:59:59Z' }],
  ['time_out_of_range', 'messageTime', { messageTime: '9999-12-31T23:59:59-14:00' }],
  ['not_a_delivery_request', 'messageTime', { messageTime: '+058881-01-01T00:00:00Z' }],
  ['not_a_delivery_request', 'messageTime', { messageTime: '-000100-01-01T00:00:00Z' }],
])('one is refused as %s, for its %s: %j', (reason, field, fields) =>
  expect(whyNot(fields)).toMatchObject({ reason, field }),
);

test('a body with a NUL byte is refused', () =>
  expect(whyNot({}, Buffer.from('{"a":"\0"}'))).toMatchObject({ reason: 'not_storable', field: 'body' }));
