import { expect, test } from '@jest/globals';
import { placeAfter, placeOf } from './page-place.ts';

test('a page goes through the address', () => {
  expect(placeOf(placeAfter(placeOf(null), 'a~b='))).toEqual({ page: 2, cursor: 'a~b=' });
});

test.each([null, '', '2', '~x', '0~x', '2~', '-1~x'])('%j is the first page', (value) => {
  expect(placeOf(value)).toEqual({ page: 1, cursor: undefined });
});
