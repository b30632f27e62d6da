import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { pause } from './pause.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a pause lasts for its time', async () => {
  const { signal } = new AbortController();
  const seen: boolean[] = [];
  void pause(1_000, signal).then((hasPassed) => seen.push(hasPassed));
  await jest.advanceTimersByTimeAsync(999);
  expect(seen).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(seen).toEqual([true]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('an abort ends a pause at once, and leaves no timer', async () => {
  const stopping = new AbortController();
  const paused = pause(1_000, stopping.signal);
  stopping.abort();
  expect(await paused).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});

test('after an abort there is no pause', async () => {
  expect(await pause(1_000, AbortSignal.abort())).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});
