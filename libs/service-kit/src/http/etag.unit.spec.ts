import { describe, expect, test } from '@jest/globals';
import { etag, parseIfMatch } from './etag.ts';

describe('If-Match', () => {
  test('names the version of an ETag', () => {
    expect(parseIfMatch(etag(42))).toBe(42);
  });

  test.each([undefined, '', '*', ' * '])('%j means any version', (header) => {
    expect(parseIfMatch(header)).toBeUndefined();
  });

  test.each(['3', 'W/"3"', '"x"', '"3", "4"', '"-1"'])('%s is refused', (header) => {
    expect(() => parseIfMatch(header)).toThrow('If-Match must be the ETag of a response');
  });
});
