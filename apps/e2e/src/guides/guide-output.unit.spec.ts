import { expect, test } from '@jest/globals';
import { isPrinted } from './guide-output.ts';

test.each([
  ['new …', 'new 1f0c'],
  ['[… s] got sale.created (… bytes)', '[ 20.1 s] got sale.created (12 bytes)'],
  ['one\ntwo', 'one\ntwo\n'],
  ['{"a":1,…}', '{"b":2,"a":1}'],
  ['{…}', '{"b":2}'],
  ['{"id":"…","count":…}', '{"count":3,"id":"x"}'],
  ['{"data":[{"secret":"whsec_…",…}],"nextCursor":null}', '{"data":[{"x":1,"secret":"whsec_abc"}],"nextCursor":null}'],
])('%s is what %s shows', (shown, printed) => expect(isPrinted(shown, printed)).toBe(true));

test.each([
  ['', 'an error'],
  ['new …', 'repeat 1f0c'],
  ['new …', 'new 1f0c\nnew 2'],
  ['{"a":1}', '{"a":1,"b":2}'],
  ['{"a":1,…}', '{"a":2,"b":2}'],
  ['{"a":1,…}', 'curl: (7) Failed to connect'],
  ['{"data":[{…}]}', '{"data":[]}'],
  ['{"data":[]}', '{"data":{}}'],
  ['{"secret":"whsec_…"}', '{"secret":"sgn_1"}'],
])('%s is not what %s shows', (shown, printed) => expect(isPrinted(shown, printed)).toBe(false));

test('JSON of a page that cannot be parsed is an error', () => expect(() => isPrinted('{"a"', '{}')).toThrow('{"a"'));
