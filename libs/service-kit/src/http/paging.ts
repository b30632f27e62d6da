import { z } from 'zod';
import { problem } from '../problem/problem.ts';

export interface Page<T> {
  readonly data: readonly T[];
  /** Send it as `cursor` to get the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Query fields of every list; spread them into the schema of a list's own filters. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Largest number of items in a page, 1 to 200.'),
  cursor: z.string().max(1_000).optional().describe('The nextCursor of the previous page.'),
} as const;

/** Encodes the place where a list continues, as base64url of JSON. Clients must not interpret it. */
export const encodeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');

/**
 * Decodes a cursor and checks that it is a cursor of this list.
 *
 * @param schema the shape of the places that this list encodes
 * @throws Problem 400 `invalid_query` naming the field `cursor`
 */
export function decodeCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(unpack(cursor));
  if (parsed.success) return parsed.data;
  throw problem(400, 'invalid_query', 'The query breaks a rule; see errors.', {
    errors: [{ field: 'cursor', rule: 'invalid_cursor', detail: 'It must be the nextCursor of a page of this list.' }],
  });
}

function unpack(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Makes a page of rows that were read with `limit + 1`: the additional row only shows that there is a next page.
 *
 * @param place gives the place where the list continues after a row
 */
export function pageOf<T>(rows: readonly T[], limit: number, place: (last: T) => unknown): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(place(last)) : null };
}
