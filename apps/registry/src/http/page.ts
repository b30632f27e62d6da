import type { Page } from '@signet/service-kit';
import { decodeCursor, pageOf, time } from '@signet/service-kit';
import { z } from 'zod';

/** The place after which a page begins, in lists that show the newest first. */
export interface Place {
  readonly createdAt: Date;
  readonly id: string;
}

const placeWith = (id: z.ZodType<string>) => z.strictObject({ createdAt: time, id });
const place = placeWith(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/));
const uuidPlace = placeWith(z.uuid());

/** The place in a cursor; a text that is no cursor of ours is refused as a bad request. */
export const placeOf = (cursor: string | undefined): Place | undefined => decodeCursor(cursor, place);

/** The same for a list whose ids are UUIDs. */
export const uuidPlaceOf = (cursor: string | undefined): Place | undefined => decodeCursor(cursor, uuidPlace);

/** A page of up to `limit` rows. The query reads one row more, which only shows that there is another page. */
export function viewPage<Row extends Place, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
): Page<View> {
  const { data, nextCursor } = pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt, id }));
  return { data: data.map(view), nextCursor };
}
