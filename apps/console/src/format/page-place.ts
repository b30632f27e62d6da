/** The page of a list, as in the address: `3~<cursor>`. The first page has no cursor, and is not in the address. */
export interface PagePlace {
  readonly page: number;
  readonly cursor: string | undefined;
}

const FIRST: PagePlace = { page: 1, cursor: undefined };

export function placeOf(value: string | null): PagePlace {
  const [, page, cursor] = /^([1-9]\d{0,5})~(.+)$/.exec(value ?? '') ?? [];
  return page === undefined || cursor === undefined ? FIRST : { page: Number(page), cursor };
}

export const placeAfter = ({ page }: PagePlace, nextCursor: string): string => `${page + 1}~${nextCursor}`;
