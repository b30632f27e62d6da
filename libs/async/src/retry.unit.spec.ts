import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Failure } from './retry.ts';
import { retry } from './retry.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const backoff = { firstMs: 100, longestMs: 300 };

/** Work that fails with these errors, one after the other, and then succeeds. */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  const triedAt: number[] = [];
  const startedAt = Date.now();
  const work = async (): Promise<void> => {
    triedAt.push(Date.now() - startedAt);
    const error = left.shift();
    if (error) throw error;
  };
  return { work, triedAt };
}

test('work is tried again after growing waits until it succeeds, and each failure is reported', async () => {
  const { work, triedAt } = failing(new Error('a'), new Error('b'), new Error('c'));
  const told: (Failure & { readonly message: string })[] = [];
  const done = retry(work, {
    backoff,
    onFailure: (error, failure) => told.push({ message: (error as Error).message, ...failure }),
  });
  await jest.advanceTimersByTimeAsync(600);
  expect(await done).toBe(true);
  expect(triedAt).toEqual([0, 100, 300, 600]);
  expect(told).toEqual([
    { message: 'a', failures: 1, waitMs: 100 },
    { message: 'b', failures: 2, waitMs: 200 },
    { message: 'c', failures: 3, waitMs: 300 },
  ]);
});

test('an error that is thrown on is final', async () => {
  const { work, triedAt } = failing(new Error('refused'));
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await expect(retry(work, { backoff, onFailure })).rejects.toThrow('refused');
  expect(triedAt).toEqual([0]);
  expect(jest.getTimerCount()).toBe(0);
});

test('an abort ends the wait at once, and work is not tried again', async () => {
  const stopping = new AbortController();
  const { work, triedAt } = failing(new Error('a'), new Error('b'));
  const done = retry(work, { backoff, signal: stopping.signal, onFailure: () => undefined });
  await jest.advanceTimersByTimeAsync(50);
  stopping.abort();
  expect(await done).toBe(false);
  expect(triedAt).toEqual([0]);
  expect(jest.getTimerCount()).toBe(0);
});

test('after an abort, work is not tried at all', async () => {
  const { work, triedAt } = failing();
  expect(await retry(work, { backoff, signal: AbortSignal.abort(), onFailure: () => undefined })).toBe(false);
  expect(triedAt).toEqual([]);
});
