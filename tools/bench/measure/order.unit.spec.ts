import { expect, test } from '@jest/globals';
import { orderOf } from './order.ts';

/** These ids came, in this order and all within the same microsecond. */
const came = (...ids: string[]) => ({
  ids,
  first: ids.map(() => 5),
  last: ids.map(() => 5),
  requests: ids.map(() => 1),
});

test('subjects whose messages came as they were sent are in order, however they are mixed', () => {
  expect(orderOf([['a1', 'a2', 'a3'], ['b1', 'b2'], ['c1']], came('b1', 'a1', 'c1', 'a2', 'b2', 'a3'))).toEqual({
    pairs: 3,
    outOfOrder: 0,
  });
});

test('each message that a later one of its subject has overtaken counts once', () => {
  expect(orderOf([['a1', 'a2', 'a3', 'a4']], came('a1', 'a4', 'a2', 'a3'))).toEqual({ pairs: 3, outOfOrder: 2 });
  expect(orderOf([['a1', 'a2', 'a3']], came('a2', 'a3', 'a1')).outOfOrder).toBe(1);
});

test('a message that never came is left to the ledger', () => {
  expect(orderOf([['a1', 'a2', 'a3']], came('a1', 'a3'))).toEqual({ pairs: 1, outOfOrder: 0 });
  expect(orderOf([['a1', 'a2']], undefined)).toEqual({ pairs: 0, outOfOrder: 0 });
});
