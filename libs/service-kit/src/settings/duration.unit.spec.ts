import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['15s', 15_000],
    ['1m', 60_000],
    ['4h', 14_400_000],
    ['90d', 7_776_000_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['0s', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', '15', 's', '15 s', '-1s', '1w', '1e3s', '1s,2s'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('is read back as it was written', () => {
    fc.assert(fc.property(fc.nat(), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds));
  });
});
