import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { settledWithin, withTimeout } from './bounded-wait.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const never = new Promise<never>(() => undefined);
const after = <T>(ms: number, end: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    setTimeout(() => Promise.resolve().then(end).then(resolve, reject), ms);
  });
const refuse = (): never => {
  throw new Error('refused');
};

describe('settledWithin', () => {
  test.each([
    ['has ended', () => undefined],
    ['has failed', refuse],
  ])('is true as soon as the work %s, and leaves no timer', async (_what, end) => {
    const isSettled = settledWithin(after(500, end), 1_000);
    await jest.advanceTimersByTimeAsync(500);
    expect(await isSettled).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is false when the time has passed, and what the work does then has no effect', async () => {
    const isSettled = settledWithin(after(2_000, refuse), 1_000);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await isSettled).toBe(false);
    // An unhandled rejection would fail this test.
    await jest.advanceTimersByTimeAsync(1_000);
  });

  test('is false when the signal is aborted, and leaves no listener', async () => {
    const stopping = new AbortController();
    const isSettled = settledWithin(never, stopping.signal);
    stopping.abort();
    expect(await isSettled).toBe(false);
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
  });

  test('leaves no listener when the work has settled', async () => {
    const { signal } = new AbortController();
    expect(await settledWithin(Promise.resolve(), signal)).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('is false when the signal was aborted before, even if the work has settled', async () => {
    expect(await settledWithin(Promise.resolve(), AbortSignal.abort())).toBe(false);
  });
});

describe('withTimeout', () => {
  const late = (): Error => new Error('no answer');

  test('gives the value, or the rejection, of work that settles in time', async () => {
    expect(await withTimeout(Promise.resolve(7), 1_000, late)).toBe(7);
    await expect(withTimeout(Promise.reject(new Error('refused')), 1_000, late)).rejects.toThrow('refused');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('rejects with the given error when the time has passed', async () => {
    const failed = withTimeout(never, 1_000, late).catch((error: Error) => error.message);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await failed).toBe('no answer');
  });
});

test('a second signal ends a wait that has a time', async () => {
  const stop = new AbortController();
  const waiting = settledWithin(new Promise(() => undefined), 3_600_000, stop.signal);
  stop.abort();
  expect(await waiting).toBe(false);
  expect(await settledWithin(Promise.resolve(), 3_600_000, stop.signal)).toBe(false);
  expect(await settledWithin(Promise.resolve(), 3_600_000, new AbortController().signal)).toBe(true);
});
