import { expect, test } from '@jest/globals';
import { flameGraph } from './flame-graph.ts';

test('a flame graph is an SVG in which each frame lies below its caller and is as wide as its time', async () => {
  const svg = await flameGraph('kafka: delivery, 0.01 s', [
    { id: 1, parent: null, name: '(root)', owner: '(root)', self: 0 },
    { id: 2, parent: 1, name: 'tick', owner: 'apps/delivery/src/scheduler', self: 2 },
    { id: 3, parent: 2, name: 'send', owner: 'undici', self: 6 },
  ]);
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain('kafka: delivery, 0.01 s');
  expect(svg).toContain('tick · apps/delivery/src/scheduler');
  // 6 of 8 milliseconds of a width of 1,600, in the third row.
  expect(svg).toMatch(/M0,34h1200v17h-1200Z/);
});

test('a profile without frames is an empty picture', async () => {
  expect(await flameGraph('idle', [])).toMatch(/^<svg /);
});
