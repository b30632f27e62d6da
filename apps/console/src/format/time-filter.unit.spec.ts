import { expect, test } from '@jest/globals';
import { customRange, EVER, rangeName, rangeOf, withBeginning } from './time-filter.ts';

const A = '2026-11-20T08:00:00.000Z';
const B = '2026-11-21T08:00:00.000Z';
const iso = (at: Date): string => at.toISOString();

test('a span ends now, and leads to the same request for a minute', () => {
  const expected = { after: '2026-11-25T12:00:00.000Z' };
  expect(rangeOf('24h', new Date('2026-11-26T12:00:01Z'))).toEqual(expected);
  expect(rangeOf('24h', new Date('2026-11-26T12:00:59Z'))).toEqual(expected);
});

test.each([
  [{ after: A, before: B }, `${A} – ${B}`],
  [{ after: A }, `since ${A}`],
  [{ before: B }, `before ${B}`],
])('%j survives the address of the page', (range, name) => {
  const value = customRange(range);
  expect(rangeOf(value, new Date())).toEqual(range);
  expect(rangeName(value, iso)).toBe(name);
});

test.each(['', 'yesterday', '~', 'x~y'])('%j filters nothing', (value) => {
  expect(rangeOf(value, new Date())).toEqual({});
});

test('no time at all is no filter', () => {
  expect(customRange({})).toBe('');
  expect(rangeName('7d', iso)).toBe('Last 7 days');
});

test('a range that has only an end begins with everything', () => {
  expect(withBeginning({ before: B })).toEqual({ after: EVER, before: B });
  expect(withBeginning({ after: A, before: B })).toEqual({ after: A, before: B });
  expect(withBeginning({})).toEqual({});
});
