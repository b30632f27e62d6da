import { expect, test } from '@jest/globals';
import { readArguments } from './arguments.ts';

test('without arguments the roll-out follows the manifests, under the load that the documentation names', () => {
  expect(readArguments([])).toEqual({ inPlace: false, events: 100, api: 20, undisturbedSeconds: 30 });
});

test('each can be chosen', () => {
  expect(readArguments(['--in-place', '--events', '40', '--api', '8', '--undisturbed', '5'])).toEqual({
    inPlace: true,
    events: 40,
    api: 8,
    undisturbedSeconds: 5,
  });
});

test.each([[['--events', '0']], [['--api', 'many']], [['--surge']], [['registry']]])('%j is refused', (args) => {
  expect(() => readArguments(args)).toThrow();
});
