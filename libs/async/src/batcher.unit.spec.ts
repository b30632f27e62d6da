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

/** Questions that are answered when the test decides. */
function held() {
  const asked: { readonly items: readonly string[]; answer(trueOf: readonly string[]): void; fail(): void }[] = [];
  const batcher = new Batcher<string, ReadonlySet<string>>(
    (items) =>
      new Promise((resolve, reject) =>
        asked.push({
          items: [...items],
          answer: (trueOf) => resolve(new Set(trueOf)),
          fail: () => reject(new Error('away')),
        }),
      ),
  );
  /** Whether the answer for the item is yes. */
  const isTrueOf = async (item: string): Promise<boolean> => (await batcher.add([item])).has(item);
  return { asked, isTrueOf };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('fifty callers at once lead to one question', async () => {
  const { asked, isTrueOf } = held();
  const answers = Array.from({ length: 50 }, (_, index) => isTrueOf(`stream-${index}`));
  await settled();
  expect(asked.map(({ items }) => items.length)).toEqual([50]);
  asked[0]?.answer(['stream-7']);
  expect((await Promise.all(answers)).flatMap((isTrue, index) => (isTrue ? [index] : []))).toEqual([7]);
});

test('callers that come while a question is under way are asked about in the next one', async () => {
  const { asked, isTrueOf } = held();
  const first = isTrueOf('a');
  await settled();
  const others = [isTrueOf('b'), isTrueOf('c')];
  await settled();
  expect(asked).toHaveLength(1);
  asked[0]?.answer(['a', 'b']);
  expect(await first).toBe(true);
  await settled();
  expect(asked.map(({ items }) => items)).toEqual([['a'], ['b', 'c']]);
  asked[1]?.answer(['c']);
  expect(await Promise.all(others)).toEqual([false, true]);
});

test('a question that fails rejects for its own callers, and not for the next ones', async () => {
  const { asked, isTrueOf } = held();
  const first = isTrueOf('a').catch((error: Error) => error.message);
  await settled();
  const second = isTrueOf('b');
  asked[0]?.fail();
  expect(await first).toBe('away');
  await settled();
  asked[1]?.answer(['b']);
  expect(await second).toBe(true);
});
