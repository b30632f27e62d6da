import { expect, test } from '@jest/globals';
import type { Groups } from './round-size.ts';
import { RoundSize } from './round-size.ts';

const tooLong = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
const large = { tenantId: 'antwerp', webhookId: 'w-1', bucket: 0 };
const small = { tenantId: 'antwerp', webhookId: 'w-2', bucket: 0 };
const groups: Groups = new Map([[86_400, [large, small]]]);

test('a round that takes too long is followed by smaller ones, and these by larger ones once they succeed', () => {
  const size = new RoundSize(100);
  const failed = Array.from({ length: 4 }, () => {
    size.failed(tooLong);
    return size.rows;
  });
  expect(failed).toEqual([25, 6, 1, 1]);
  const succeeded = Array.from({ length: 5 }, () => {
    size.succeeded();
    return size.rows;
  });
  expect(succeeded).toEqual([4, 16, 64, 100, 100]);
});

test('the group of a single change that takes too long is left out, and the others are counted', () => {
  const size = new RoundSize(1);
  size.choose(new Map([[86_400, [large]]]));
  expect(String(size.failed(tooLong))).toContain('86400 w-1 0');
  expect(size.choose(groups)).toEqual(new Map([[86_400, [small]]]));
});

test('after another failure the round stays as it is', () => {
  const size = new RoundSize(100);
  const error = new Error('Connection terminated unexpectedly');
  expect(size.failed(error)).toBe(error);
  expect(size.rows).toBe(100);
});

test('nothing is left out because something else than the counting of changes takes too long', () => {
  const size = new RoundSize(1);
  size.choose(groups);
  size.succeeded();
  expect(size.failed(tooLong)).toBe(tooLong);
  expect(size.choose(groups)).toEqual(groups);
});
