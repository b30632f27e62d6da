import { expect, test } from '@jest/globals';
import { ChangesSince } from './changes-since.ts';

test('each watch knows who has left since it began, until it ends', () => {
  const changes = new ChangesSince();
  changes.note('before');
  const first = changes.watch();
  changes.note('a');
  const second = changes.watch();
  changes.note('b');
  first.end();
  changes.note('c');
  expect([[...first.left], [...second.left]]).toEqual([
    ['a', 'b'],
    ['b', 'c'],
  ]);
});
