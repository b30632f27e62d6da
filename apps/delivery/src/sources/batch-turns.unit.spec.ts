import { expect, test } from '@jest/globals';
import { BatchTurns } from './batch-turns.ts';

test('a batch that waits is not overtaken by a later one that need not wait', async () => {
  const turns = new BatchTurns();
  const { signal } = new AbortController();
  const looked: string[] = [];
  let read = (): void => undefined;
  const first = turns
    .wait(signal, () => new Promise<void>((resolve) => (read = resolve)))
    .then(() => looked.push('first'));
  const second = turns.wait(signal, async () => undefined).then(() => looked.push('second'));
  await new Promise(setImmediate);
  expect(looked).toEqual([]);
  read();
  await Promise.all([first, second]);
  expect(looked).toEqual(['first', 'second']);
});

test('a wait that fails holds back no other, and another reading has waits of its own', async () => {
  const turns = new BatchTurns();
  const { signal } = new AbortController();
  const failed = turns.wait(signal, async () => Promise.reject(new Error('aborted')));
  await expect(failed).rejects.toThrow('aborted');
  await turns.wait(signal, async () => undefined);
  void turns.wait(signal, () => new Promise(() => undefined));
  await turns.wait(new AbortController().signal, async () => undefined);
});
