import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { elementRanges, memberRanges } from './json-members.ts';

const slice = (json: Buffer, { start, end }: { start: number; end: number }): string =>
  json.toString('utf8', start, end);

test('the bytes of a member are found as they were written', () => {
  const json = Buffer.from(' { "a" : 1.10 , "data":{ "n": 12345678901234567890, "t":"}\\"]" } ,"z":[ ] }');
  const members = memberRanges(json).map(([name, range]) => [name, slice(json, range)]);
  expect(members).toEqual([
    ['a', '1.10'],
    ['data', '{ "n": 12345678901234567890, "t":"}\\"]" }'],
    ['z', '[ ]'],
  ]);
});

test('a name that is there twice is found twice', () => {
  expect(memberRanges(Buffer.from('{"a":1,"a":2}')).map(([name]) => name)).toEqual(['a', 'a']);
});

test('for any object, each range parses to the value of its member', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 0, max: 4 }), (object, indent) => {
      const json = Buffer.from(JSON.stringify(object, null, indent));
      const found = memberRanges(json).map(([name, range]) => [name, JSON.parse(slice(json, range))]);
      expect(found).toEqual(Object.entries(JSON.parse(json.toString('utf8')) as object));
    }),
  );
});

test('for any array, each range parses to its element', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 0, max: 4 }), (array, indent) => {
      const json = Buffer.from(JSON.stringify(array, null, indent));
      expect(elementRanges(json).map((range) => JSON.parse(slice(json, range)))).toEqual(
        JSON.parse(json.toString('utf8')),
      );
    }),
  );
});
