import { expect, test } from '@jest/globals';
import { time } from './time.ts';

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456789+23:59', '2026-01-30T12:01:00.123Z'],
])('%s is a time', (text, instant) => {
  expect(time.parse(text).toISOString()).toBe(instant);
});

test.each([
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '2026-02-29T00:00:00Z',
  '2026-01-31',
  'now',
  '',
])('%j is none', (text) => {
  expect(time.safeParse(text).success).toBe(false);
});
