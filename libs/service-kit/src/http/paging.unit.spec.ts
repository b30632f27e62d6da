import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Problem } from '../problem/problem.ts';
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './paging.ts';

const place = z.strictObject({ at: z.iso.datetime(), id: z.string() });
const row = (id: string) => ({ at: '2026-01-31T12:00:00Z', id });

describe('a page', () => {
  test('has a cursor that leads to where it ended', () => {
    const page = pageOf([row('a'), row('b'), row('c')], 2, (last) => last);
    expect(page.data.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(decodeCursor(page.nextCursor ?? undefined, place)).toEqual(row('b'));
  });

  test('has none when nothing follows', () => {
    expect(pageOf([row('a'), row('b')], 2, (last) => last).nextCursor).toBeNull();
    expect(pageOf([], 2, (last) => last)).toEqual({ data: [], nextCursor: null });
  });

  test.each(['', 'nonsense', encodeCursor({ other: 'list' }), encodeCursor(null)])(
    'refuses the cursor "%s"',
    (cursor) => {
      const refused = (() => {
        try {
          return decodeCursor(cursor, place);
        } catch (error) {
          return error;
        }
      })();
      expect(refused).toBeInstanceOf(Problem);
      expect((refused as Problem).getStatus()).toBe(400);
      expect((refused as Problem).errors).toEqual([
        expect.objectContaining({ field: 'cursor', rule: 'invalid_cursor' }),
      ]);
    },
  );

  test('has 50 rows unless 1 to 200 are asked for', () => {
    const query = z.strictObject(pageQuery);
    expect(query.parse({})).toEqual({ limit: 50 });
    expect(query.parse({ limit: '200' })).toEqual({ limit: 200 });
    expect(['0', '201', 'x', '1.5', ''].filter((limit) => query.safeParse({ limit }).success)).toEqual([]);
  });
});
