import { expect, test } from '@jest/globals';
import { durationMs, momentOf } from './moments.ts';

const NOW = new Date('2026-11-23T20:00:00.000Z');

test.each([
  ['90s', '2026-11-23T19:58:30.000Z'],
  ['15m', '2026-11-23T19:45:00.000Z'],
  ['2h', '2026-11-23T18:00:00.000Z'],
  ['7d', '2026-11-16T20:00:00.000Z'],
  ['2026-11-23T18:00:00Z', '2026-11-23T18:00:00.000Z'],
  ['2026-11-23T19:00:00.5+01:00', '2026-11-23T18:00:00.500Z'],
])('%s is %s', (text, moment) => expect(momentOf(text, NOW)).toBe(moment));

test.each(['yesterday', '2026-11-23', '2026-13-23T18:00:00Z', '2h30m', '-2h', ''])('%s is no time', (text) =>
  expect(() => momentOf(text, NOW)).toThrow('is not a time such as'),
);

test('a duration is a whole number with a unit', () => {
  expect(durationMs('10m')).toBe(600_000);
  expect(() => durationMs('10')).toThrow('is not a duration such as');
});
