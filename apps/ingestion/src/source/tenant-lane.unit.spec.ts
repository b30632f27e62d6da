import { expect, test } from '@jest/globals';
import type { KafkaRecord } from '@signet/kafka';
import { tenantLane } from './tenant-lane.ts';

function laneOf(headers: Readonly<Record<string, string>>, value: string | null): string {
  const record: KafkaRecord = {
    topic: 'shop.sale',
    partition: 0,
    offset: '0',
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    timestamp: 0,
  };
  return tenantLane(record);
}

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };

test.each<[string, string | null, string]>([
  ['an attribute', '{"id":"1","tenantid" : "t2","data":{}}', 't2'],
  ['data that names another tenant first', '{"data":{"tenantid":"t1"},"tenantid":"t2"}', 't2'],
  ['data that names another tenant last', '{"tenantid":"t2","data":{"tenantid":"t1"}}', 't2'],
  ['an attribute whose name is escaped', String.raw`{"data":{"tenantid":"t1"},"tenant\u0069d":"t2"}`, 't2'],
  ['a tenant whose id is escaped', String.raw`{"tenantid":"t\u0032"}`, 't2'],
  ['no tenant', '{"id":"1"}', ''],
  ['no value', null, ''],
  ['a tenant that is no string', '{"tenantid":7}', ''],
  ['a text that ends too early', '{"tenantid":"t', ''],
])('the lane of a structured event with %s', (_what, value, lane) => {
  expect(laneOf(STRUCTURED, value)).toBe(lane);
});

test('the lane of a binary event is in its header, whatever its data says', () => {
  expect(laneOf({ ce_tenantid: 't1', 'content-type': 'application/json' }, '{"tenantid":"t2"}')).toBe('t1');
  expect(laneOf({ ce_tenantid: 't1' }, '{"tenantid":"t2"}')).toBe('t1');
  expect(laneOf({}, '{"tenantid":"t2"}')).toBe('');
});
