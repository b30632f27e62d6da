import { expect, test } from '@jest/globals';
import type { Batch } from 'kafkajs';
import { toRecords } from './to-records.ts';

/** A record with these headers, as kafkajs hands it over. */
const recordWith = (headers: Readonly<Record<string, unknown>>) => {
  const message = { offset: '7', key: null, value: null, timestamp: '1', attributes: 0, headers };
  const [record] = toRecords({ topic: 't', partition: 0, messages: [message] } as unknown as Batch);
  return { headers: { ...record?.headers }, repeated: record?.repeatedHeaders && { ...record.repeatedHeaders } };
};
const [a, b, none] = [Buffer.from('a'), Buffer.from('b'), Buffer.alloc(0)];

test('of a repeated header the first value is the header, and all values are kept', () => {
  expect(recordWith({ once: a, twice: [a, b], empty: none })).toEqual({
    headers: { once: a, twice: a, empty: none },
    repeated: { twice: [a, b] },
  });
  expect(recordWith({ once: a }).repeated).toBeUndefined();
});

test('a header without a value has an empty one: kafkajs could not write it onto a dead-letter topic', () => {
  expect(recordWith({ none: null, some: [null, a] })).toEqual({
    headers: { none, some: none },
    repeated: { some: [none, a] },
  });
});

test('a header may have the name of a property that every object has', () => {
  const constructor = [Object.prototype.constructor, a];
  expect(recordWith({ constructor, ['__proto__']: [Object.prototype, a, b] })).toEqual({
    headers: { constructor: a, ['__proto__']: a },
    repeated: { ['__proto__']: [a, b] },
  });
});
