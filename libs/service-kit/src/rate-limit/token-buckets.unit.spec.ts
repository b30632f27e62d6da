import { expect, test } from '@jest/globals';
import { addressName } from './address-name.ts';
import { TokenBuckets } from './token-buckets.ts';

function bucketsOf(capacity: number, perSecond: number, maxBuckets = 100) {
  const time = { ms: 1_000 };
  return { time, buckets: new TokenBuckets({ capacity, perSecond, maxBuckets, now: () => time.ms }) };
}

test('a bucket gives what it holds, then what comes back', () => {
  const { time, buckets } = bucketsOf(3, 2);
  expect([1, 2, 3, 4].map(() => buckets.take('a').isAllowed)).toEqual([true, true, true, false]);
  expect(buckets.take('a')).toEqual({ isAllowed: false, remaining: 0, waitSeconds: 0.5, fullSeconds: 1.5 });
  time.ms += 500;
  expect(buckets.take('a').isAllowed).toBe(true);
  expect(buckets.take('a').isAllowed).toBe(false);
});

test('a bucket never holds more than it can', () => {
  const { time, buckets } = bucketsOf(3, 2);
  buckets.take('a');
  time.ms += 3_600_000;
  expect(buckets.take('a')).toMatchObject({ isAllowed: true, remaining: 2 });
});

test('over a long time it gives exactly its rate', () => {
  const { time, buckets } = bucketsOf(10, 7);
  let given = 0;
  for (let step = 0; step < 10_000; step++) {
    time.ms += 10;
    if (buckets.take('a').isAllowed) given += 1;
  }
  expect(given).toBeGreaterThanOrEqual(700);
  expect(given).toBeLessThanOrEqual(710);
});

test('looking takes nothing, and one name is nothing to another', () => {
  const { buckets } = bucketsOf(1, 1);
  expect(buckets.look('a').isAllowed).toBe(true);
  expect(buckets.take('a').isAllowed).toBe(true);
  expect(buckets.look('a').isAllowed).toBe(false);
  expect(buckets.take('b').isAllowed).toBe(true);
});

test('buckets are kept for a limited number of names', () => {
  const { buckets } = bucketsOf(1, 1, 10);
  for (let count = 0; count < 1_000; count++) buckets.take(`name ${count}`);
  expect(buckets.size).toBe(10);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s stands for %s', (address, name) => expect(addressName(address)).toBe(name));
