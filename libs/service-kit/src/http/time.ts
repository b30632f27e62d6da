import { isStorableInstant } from '@signet/contracts';
import { z } from 'zod';

/**
 * A time in a query or a cursor: RFC 3339, of a year that PostgreSQL and RFC 3339 both know, also when a filter moves it by
 * an hour. A Date, since PostgreSQL does not take every offset that RFC 3339 allows.
 */
export const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => isStorableInstant(date.getTime()), 'It must be of the years 1 to 9999.');
