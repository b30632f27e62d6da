import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonFault } from './json-faults.ts';

const faultOf = (json: string | Buffer) => jsonFault(Buffer.from(json));

describe('JSON that names a field twice is refused, naming it', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1, "b":[{"c":{}, "c":2}]}', 'c'],
    ['{"\\u0061":1,"a":2}', 'a'],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
    ['{"":1,"":2}', ''],
    ['[{"x":[],"y":{"x":1},"x":3}]', 'x'],
  ])('%s', (json, field) => expect(faultOf(json)).toMatchObject({ code: 'repeated_field', errors: [{ field }] }));
});

describe('and this is not', () => {
  test.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":["a","a"],"b":["a"]}',
    '{"a":"\\",\\"a\\":"}',
    '"a"',
    '7',
    '{"a"',
    '{"a',
    '{"a\\',
  ])('%s', (json) => expect(faultOf(json)).toBeUndefined());

  test('whatever JSON.stringify writes', () =>
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => faultOf(JSON.stringify(value)) === undefined)));
});

test('a text that is nested too deeply or is not UTF-8 is refused before it is parsed', () => {
  expect(faultOf('['.repeat(65))).toMatchObject({ code: 'too_deep' });
  expect(faultOf('['.repeat(64))).toBeUndefined();
  expect(faultOf(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ code: 'malformed_json' });
});
