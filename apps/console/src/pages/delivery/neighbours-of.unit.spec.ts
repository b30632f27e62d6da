import { expect, test } from '@jest/globals';
import { neighboursOf } from './neighbours-of.ts';

const list = (...ids: string[]) => ids.map((id) => ({ id }));

test('a delivery has a newer and an older one in the list that has it', () => {
  expect(neighboursOf([list('x'), list('c', 'b', 'a'), list('b')], 'b')).toEqual({ newer: 'c', older: 'a' });
  expect(neighboursOf([list('c', 'b', 'a')], 'c')).toEqual({ newer: undefined, older: 'b' });
  expect(neighboursOf([list('c', 'b', 'a')], 'a')).toEqual({ newer: 'b', older: undefined });
});

test('without a list there are none', () => {
  expect(neighboursOf([list('x')], 'b')).toEqual({ newer: undefined, older: undefined });
});
