import { expect, test } from '@jest/globals';
import { Running } from './running.ts';

test('the end comes when all work has ended, what the last one has begun included', async () => {
  const running = new Running();
  const seen: string[] = [];
  const work = async (name: string, next?: () => void): Promise<void> => {
    await new Promise(setImmediate);
    seen.push(name);
    next?.();
  };
  void running.add(work('first', () => void running.add(work('second'))));
  await running.ended();
  expect(seen).toEqual(['first', 'second']);
});

test('without work the end is there at once', async () => {
  await new Running().ended();
});

test('work that fails is passed on, and does not run any more', async () => {
  const running = new Running();
  const failed = running.add(Promise.reject(new Error('refused')));
  await expect(running.ended()).rejects.toThrow('refused');
  await expect(failed).rejects.toThrow('refused');
  await running.ended();
});
