import { expect, test } from '@jest/globals';
import { deliveredShare, waitingOf } from './numbers.ts';

test('a delivery that waits or is held back has not arrived', () => {
  const numbers = { deliveries: 8, delivered: 2, failed: 2, pending: 1, retrying: 3 };
  expect(deliveredShare(numbers)).toBe(0.25);
  expect(waitingOf(numbers)).toBe(4);
});

test('without deliveries there is no share', () => {
  expect(deliveredShare({ deliveries: 0, delivered: 0 })).toBeNull();
});
