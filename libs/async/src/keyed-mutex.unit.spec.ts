import { expect, test } from '@jest/globals';
import { KeyedMutex } from './keyed-mutex.ts';

const LONG = 60_000;
const late = (): Error => new Error('its turn has not come');

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((resolved) => (resolve = resolved));
  return { promise, resolve };
}

test('tasks of one key run one after the other, in the order of the calls', async () => {
  const mutex = new KeyedMutex(LONG, late);
  const seen: string[] = [];
  const task = (name: string) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    return name;
  };
  expect(await Promise.all(['a', 'b', 'c'].map((name) => mutex.run('webhook', task(name))))).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('a task does not wait for the task of another key', async () => {
  const mutex = new KeyedMutex(LONG, late);
  const first = deferred();
  const waiting = mutex.run('webhook', () => first.promise);
  expect(await mutex.run('other', () => Promise.resolve('ran'))).toBe('ran');
  first.resolve();
  await waiting;
});

test('the caller of a task that fails gets its error, and the next task runs', async () => {
  const mutex = new KeyedMutex(LONG, late);
  const failing = mutex.run('webhook', () => Promise.reject(new Error('refused')));
  const next = mutex.run('webhook', () => Promise.resolve('ran'));
  await expect(failing).rejects.toThrow('refused');
  expect(await next).toBe('ran');
});

test('a task whose turn does not come in time is refused and never runs; the one behind it still waits for the first', async () => {
  const mutex = new KeyedMutex(1, late);
  const first = deferred();
  const seen: string[] = [];
  const running = mutex.run('webhook', () => first.promise);
  await expect(mutex.run('webhook', () => Promise.resolve(seen.push('late')))).rejects.toThrow('its turn has not come');
  await expect(mutex.run('webhook', () => Promise.resolve(seen.push('later')))).rejects.toThrow(
    'its turn has not come',
  );
  first.resolve();
  await running;
  expect(await mutex.run('webhook', () => Promise.resolve('ran'))).toBe('ran');
  expect(seen).toEqual([]);
});

test('no key is kept when its tasks have ended', async () => {
  const mutex = new KeyedMutex(LONG, late);
  await Promise.allSettled(
    [1, 2, 3].map((key) => mutex.run(`webhook-${key % 2}`, () => Promise.reject(new Error('x')))),
  );
  await new Promise(setImmediate);
  expect(mutex.size).toBe(0);
});
