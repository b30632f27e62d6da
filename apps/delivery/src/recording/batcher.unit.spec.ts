import { expect, test } from '@jest/globals';
import { Batcher } from './batcher.ts';

test('items that are added while a batch runs form the next batch, and its failure reaches only their callers', async () => {
  const done: string[][] = [];
  const gates: (() => void)[] = [];
  const batcher = new Batcher<string>(async (items) => {
    done.push([...items]);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.includes('bad')) throw new Error('refused');
  });
  const first = batcher.add(['a']);
  const second = batcher.add(['b', 'bad']);
  const outcome = Promise.allSettled([first, second]);
  while (gates.length < 1) await Promise.resolve();
  const third = batcher.add(['c']);
  gates[0]!();
  while (gates.length < 2) await Promise.resolve();
  gates[1]!();
  expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await third;
  expect(done).toEqual([['a', 'b', 'bad'], ['c']]);
});
