import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PartitionMetadata } from 'kafkajs';
import { murmur2, partitioner } from './partitioner.ts';

const require = createRequire(import.meta.url);
const ofKafkajs = require('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;

/** As the tests of the Java client have them (UtilsTest.testMurmur2). */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('%s has the hash of the Java client', (key, hash) => expect(murmur2(Buffer.from(key))).toBe(hash));

test('every key has the hash that kafkajs gives it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(murmur2(Buffer.from(bytes))).toBe(ofKafkajs(Buffer.from(bytes)));
    }),
  );
});

const partitions = Array.from({ length: 6 }, (_, partitionId) => ({ partitionId, leader: 1 }) as PartitionMetadata);
const place = (message: { key?: string | Buffer | null; partition?: number }): number =>
  partitioner()({ topic: 't', partitionMetadata: partitions, message: { value: null, ...message } });

test('a record goes where its key says, or where it asks to go; one without a key goes anywhere', () => {
  expect(place({ key: 'foobar' })).toBe((-790332482 & 0x7fffffff) % 6);
  expect(place({ key: Buffer.from('foobar') })).toBe(place({ key: 'foobar' }));
  expect(place({ key: 'foobar', partition: 5 })).toBe(5);
  expect(place({ key: null })).toBeLessThan(6);
});

test('the hash of a key of a megabyte takes milliseconds, not minutes', () => {
  const started = performance.now();
  murmur2(Buffer.alloc(1_048_576, 1));
  // It takes milliseconds on an idle machine; the hash of kafkajs takes five minutes.
  expect(performance.now() - started).toBeLessThan(30_000);
});
