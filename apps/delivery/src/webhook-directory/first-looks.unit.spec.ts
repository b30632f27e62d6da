import { expect, test } from '@jest/globals';
import { FirstLooks } from './first-looks.ts';

test('a wait is counted from the first look, and anew after something has happened to the delivery', () => {
  let now = 5_000;
  const looks = new FirstLooks(() => now);
  expect(looks.msSince('d-1', '2026-03-01T09:00:00Z')).toBe(0);
  now += 3_000;
  expect(looks.msSince('d-1', '2026-03-01T09:00:00Z')).toBe(3_000);
  expect(looks.msSince('d-2', '2026-03-01T09:00:00Z')).toBe(0);
  expect(looks.msSince('d-1', '2026-03-01T11:00:00Z')).toBe(0);
});
