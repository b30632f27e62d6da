import { pageQuery } from '@signet/service-kit';
import { z } from 'zod';

/** The query of a list that has no filters. */
export const plainListQuery = z.strictObject(pageQuery);
export type PlainListQuery = z.infer<typeof plainListQuery>;
