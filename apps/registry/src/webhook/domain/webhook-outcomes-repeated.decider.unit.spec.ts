import { describe, expect, test } from '@jest/globals';
import { failuresOf, outcome, recorded, registered, row, success } from '../../testing/outcome-examples.ts';

describe('failures that overlap count once', () => {
  test('fifty parallel requests into a dead host are one failure', () => {
    const parallel = Array.from({ length: 50 }, (_, index) => outcome(`p${index}`, [1, 10]));
    expect(failuresOf(recorded([registered], parallel))).toBe(1);
  });
  test('a failure that started before the end of the last counted one does not count', () =>
    expect(failuresOf(recorded([registered], [outcome('a', [1, 10])], [outcome('b', [9, 20])]))).toBe(1));
  test('a failure that started after that end counts', () =>
    expect(failuresOf(recorded([registered], [outcome('a', [1, 10])], [outcome('b', [11, 20])]))).toBe(2));
  test('a failure that did not count does not change the end to compare with', () =>
    expect(
      failuresOf(recorded([registered], [outcome('a', [1, 10])], [outcome('b', [9, 60])], [outcome('c', [11, 20])])),
    ).toBe(2));
  test('an overlap is remembered across a recovery', () =>
    expect(
      failuresOf(recorded([registered], [outcome('a', [1, 10])], [success('s', [11, 12])], [outcome('b', [9, 30])])),
    ).toBe(0));
});

describe('repeats', () => {
  test('a repeated outcome does not count twice', () =>
    expect(recorded([registered], row(2), row(2))).toEqual(recorded([registered], row(2))));
  test('a whole redelivered history changes nothing', () => {
    const batches = [row(3), [success('s', [60, 61])], row(2, 7)];
    const once = recorded([registered], ...batches);
    expect(recorded(once, ...batches)).toEqual(once);
  });
  test('another attempt of the same delivery is another failure', () =>
    expect(failuresOf(recorded([registered], [outcome('d', [1, 2])], [outcome('d', [3, 4], { attempt: 2 })]))).toBe(2));
  test('a success from before the failures, arriving late, resets nothing', () =>
    expect(failuresOf(recorded([registered], row(2), [success('old', [1, 2])]))).toBe(2));
  test('outcomes of one batch are taken in the order in which the attempts ended', () =>
    expect(failuresOf(recorded([registered], [success('s', [1, 4]), outcome('f', [1, 3])]))).toBe(0));
});
