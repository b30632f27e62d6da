import { expect, test } from '@jest/globals';
import { Newest } from './newest.ts';

test('an answer counts only while nothing newer has begun, whichever comes first', () => {
  const newest = new Newest();
  const isFirstNewest = newest.begin();
  expect(isFirstNewest()).toBe(true);
  const isSecondNewest = newest.begin();
  expect([isFirstNewest(), isSecondNewest()]).toEqual([false, true]);
});
