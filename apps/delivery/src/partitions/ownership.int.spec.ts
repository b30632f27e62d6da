import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { Ownership } from './ownership.ts';

let fixture: DispatchFixture;
beforeAll(async () => {
  fixture = await DispatchFixture.create();
});
afterAll(() => fixture.close());

const owner = (replica: string): Ownership => new Ownership(fixture.database, systemClock, replica);

test('a partition that is taken again by its owner keeps its claim, and what is under way its epoch', async () => {
  const one = owner('one');
  await one.take([1]);
  const claim = one.claim(1);
  await one.take([1, 2]);
  expect(one.claim(1)).toBe(claim);
  expect(one.claim(2)?.epoch).toBe(1);
});

test('a partition that another replica had in between gets a new epoch', async () => {
  const [one, other] = [owner('one'), owner('other')];
  await one.take([3]);
  const claim = one.claim(3)!;
  await other.take([3]);
  await one.take([3]);
  expect(one.claim(3)?.epoch).toBe(3);
  expect(one.holds(claim)).toBe(false);
});

test('a partition that is let go of while it is being taken is not served', async () => {
  const one = owner('one');
  const taking = one.take([4]);
  one.release([4]);
  await taking;
  expect(one.claim(4)).toBeUndefined();
  await one.take([4]);
  expect(one.claim(4)?.epoch).toBe(2);
});
