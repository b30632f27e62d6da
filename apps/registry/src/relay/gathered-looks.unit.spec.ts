import { expect, test } from '@jest/globals';
import { GatheredLooks } from './gathered-looks.ts';

/** Questions that are answered when the test decides. */
function held() {
  const asked: { readonly items: readonly string[]; answer(trueOf: readonly string[]): void; fail(): void }[] = [];
  const looks = new GatheredLooks<string>(
    (items) =>
      new Promise((resolve, reject) =>
        asked.push({
          items: [...items],
          answer: (trueOf) => resolve(new Set(trueOf)),
          fail: () => reject(new Error('away')),
        }),
      ),
  );
  return { asked, looks };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('fifty callers at once lead to one question', async () => {
  const { asked, looks } = held();
  const answers = Array.from({ length: 50 }, (_, index) => looks.isTrueOf(`stream-${index}`));
  await settled();
  expect(asked.map(({ items }) => items.length)).toEqual([50]);
  asked[0]?.answer(['stream-7']);
  expect((await Promise.all(answers)).flatMap((isTrue, index) => (isTrue ? [index] : []))).toEqual([7]);
});

test('callers that come while a question is under way are asked about in the next one', async () => {
  const { asked, looks } = held();
  const first = looks.isTrueOf('a');
  await settled();
  const others = [looks.isTrueOf('b'), looks.isTrueOf('c')];
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
  const { asked, looks } = held();
  const first = looks.isTrueOf('a').catch((error: Error) => error.message);
  await settled();
  const second = looks.isTrueOf('b');
  asked[0]?.fail();
  expect(await first).toBe('away');
  await settled();
  asked[1]?.answer(['b']);
  expect(await second).toBe(true);
});
