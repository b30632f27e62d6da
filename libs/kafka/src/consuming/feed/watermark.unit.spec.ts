import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Watermark } from './watermark.ts';

test('only the unbroken run of ended batches from the first may be committed', () => {
  const watermark = new Watermark();
  const [first, second, third] = ['9', '19', '24'].map((last) => watermark.begin(last));
  second!();
  expect(watermark.committable).toBeUndefined();
  first!();
  expect(watermark.committable).toBe('20');
  watermark.markCommitted('20');
  expect(watermark.committable).toBeUndefined();
  third!();
  expect(watermark.committable).toBe('25');
});

test('whatever the order in which batches end, nothing that is under way is ever committed', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 })
        .chain((sizes) => fc.tuple(fc.constant(sizes), fc.shuffledSubarray(sizes.map((_, index) => index)))),
      ([sizes, ends]) => {
        const watermark = new Watermark();
        let next = 0;
        const spans = sizes.map((size) => {
          next += size;
          return { nextOffset: next, end: watermark.begin(String(next - 1)), isDone: false };
        });
        for (const index of ends) {
          const span = spans[index]!;
          span.end();
          span.isDone = true;
          const firstOpen = spans.findIndex(({ isDone }) => !isDone);
          const expected = firstOpen === -1 ? next : (spans[firstOpen - 1]?.nextOffset ?? 0);
          expect(Number(watermark.committable ?? 0)).toBe(expected);
        }
      },
    ),
  );
});
