import { expect, test } from '@jest/globals';
import { ChangesSince } from './changes-since.ts';

test('each watch knows who has left since it began, and with which version, until it ends', () => {
  const changes = new ChangesSince();
  changes.note('before', 1);
  const first = changes.watch();
  changes.note('a', 1);
  const second = changes.watch();
  changes.note('b', 2);
  first.end();
  changes.note('c', 1);
  expect([[...first.left], [...second.left]]).toEqual([
    [
      ['a', 1],
      ['b', 2],
    ],
    [
      ['b', 2],
      ['c', 1],
    ],
  ]);
});
