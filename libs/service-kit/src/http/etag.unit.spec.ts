import { describe, expect, test } from '@jest/globals';
import { etag, matchesVersion, parseIfMatch } from './etag.ts';

describe('If-Match', () => {
  test.each([
    [undefined],
    ['*'],
    [' * '],
    [etag(3)],
    ['"2", "3"'],
    ['"3","2"'],
    ['\t"2"\t,\t"3" '],
    [', "3", ,'],
    ['W/"3", "3"'],
    ['"a,b", "3"'],
    ['"", "3"'],
    ['"é", "3"'],
  ])('%j matches version 3', (header) => {
    expect(matchesVersion(parseIfMatch(header), 3)).toBe(true);
  });

  test.each([
    ['"4"'],
    ['"2", "4"'],
    ['W/"3"'],
    ['W/"3", W/"4"'],
    ['"03"'],
    ['"x"'],
    ['"-1"'],
    ['""'],
    ['"*"'],
    ['"2,3"'],
    ['",3,"'],
    ['"2",W/"3"'],
  ])('%j is well-formed and does not match version 3', (header) => {
    expect(matchesVersion(parseIfMatch(header), 3)).toBe(false);
  });

  test.each([
    '',
    ' ',
    ',',
    '3',
    "'3'",
    'w/"3"',
    'W/ "3"',
    'W/3',
    '"3',
    '3"',
    '"3"4"',
    '"3" "4"',
    '"3""4"',
    '"3"; "4"',
    '"3", 4',
    '"a b"',
    '"3", *',
    '*, "3"',
    '**',
  ])('%j is refused', (header) => {
    expect(() => parseIfMatch(header)).toThrow('If-Match must be * or a list of ETags of responses');
  });

  test('a long one that is malformed at its end is refused as quickly as it is read', () => {
    expect(() => parseIfMatch(`"3"${' ,'.repeat(100_000)}x`)).toThrow('If-Match must be');
    expect(() => parseIfMatch(`${'"3", '.repeat(100_000)}x`)).toThrow('If-Match must be');
  });
});
