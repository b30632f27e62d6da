import { expect, test } from '@jest/globals';
import { retryWaits, strayPosts } from './posts.policy.ts';
import type { Post, Taken } from './posts.policy.ts';

const SECOND = 1_000_000;
const post = (fields: Partial<Post>): Post => {
  const begunAt = fields.begunAt ?? 0;
  return { path: '/a', eventId: 'e-1', attempt: 1, status: 503, pid: 1, begunAt, answeredAt: begunAt, ...fields };
};

test('a retry waits from the answer to the attempt before it', () => {
  const posts = [post({ answeredAt: SECOND }), post({ attempt: 2, begunAt: 4 * SECOND })];
  expect(retryWaits(posts)).toEqual([3 * SECOND]);
});

test('attempts of other deliveries do not count', () => {
  const posts = [post({}), post({ eventId: 'e-2', attempt: 2, begunAt: SECOND }), post({ path: '/b', attempt: 2 })];
  expect(retryWaits(posts)).toEqual([]);
});

test('of an attempt that was sent twice the later answer counts', () => {
  const posts = [post({}), post({ pid: 2, begunAt: 5 * SECOND }), post({ pid: 2, attempt: 2, begunAt: 7 * SECOND })];
  expect(retryWaits(posts)).toEqual([2 * SECOND]);
});

test('a POST from a process that no longer has the partition is a stray', () => {
  const taken: Taken[] = [
    { partition: 3, pid: 1, at: -SECOND },
    { partition: 3, pid: 2, at: 10 * SECOND },
    { partition: 4, pid: 1, at: 11 * SECOND },
  ];
  const late = post({ begunAt: 11 * SECOND });
  const posts = [post({}), post({ pid: 2, begunAt: 10 * SECOND }), late];
  expect(strayPosts(posts, taken, () => 3)).toEqual([late]);
});

test('a POST for a partition that no process has taken is a stray, too', () =>
  expect(strayPosts([post({})], [], () => 3)).toHaveLength(1));
