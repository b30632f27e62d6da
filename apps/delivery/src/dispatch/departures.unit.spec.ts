import { expect, test } from '@jest/globals';
import { Departures } from './departures.ts';

test('each watch knows who has left since it began, until it ends', () => {
  const departures = new Departures();
  departures.note('before');
  const first = departures.watch();
  departures.note('a');
  const second = departures.watch();
  departures.note('b');
  first.end();
  departures.note('c');
  expect([[...first.left], [...second.left]]).toEqual([
    ['a', 'b'],
    ['b', 'c'],
  ]);
});
