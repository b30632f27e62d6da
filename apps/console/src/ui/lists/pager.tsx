import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Page } from '../../api/model.ts';
import { useShownError } from '../../app/services-away.tsx';
import { placeAfter, placeOf } from '../../format/page-place.ts';
import { LeftIcon, RightIcon } from '../display/icons.tsx';
import { useParam } from '../use-param.ts';
import styles from './pager.module.css';

/** Lists are read again this often while their page is visible. */
export const REFRESH_MS = 8_000;

export interface Pages<T> {
  readonly rows: readonly T[] | undefined;
  readonly error: unknown;
  /** The rows are still those of another page or filter. */
  readonly isStale: boolean;
  readonly retry: () => void;
  readonly page: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
}

interface PagesOptions {
  readonly limit?: number;
  readonly refreshMs?: number;
  /** The parameter of the address that holds the page; two lists on one page need two names. */
  readonly param?: string;
}

/** The part of a list that is read. */
interface PageQuery {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * A list of the API, page after page. The page is in the address, so that links and the back button keep it; a change of a filter
 * goes back to the first page.
 *
 * @param path the first segment of the key in the query cache
 * @param read asks the API for one page
 */
export function usePages<T, Q extends object, P extends Page<T> = Page<T>>(
  path: string,
  query: Q,
  read: (query: Q & PageQuery, signal: AbortSignal) => Promise<P & Page<T>>,
  { limit = 25, refreshMs = REFRESH_MS, param = 'page' }: PagesOptions = {},
): Pages<T> & { readonly answer: P | undefined } {
  const [asked, setAsked] = useParam(param);
  const place = placeOf(asked);
  const go = (to: string | null): void => {
    setAsked(to, { replace: false, state: { [param]: OLDER } });
    window.scrollTo(0, 0);
  };
  const answer = useQuery({
    queryKey: [path, 'list', query, limit, place.cursor ?? null],
    queryFn: ({ signal }) => read({ ...query, limit, cursor: place.cursor }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const { data, isPlaceholderData, refetch } = answer;
  // If a refresh fails, the rows that were read before stay.
  const error = useShownError(path, answer);
  const nextCursor = data?.nextCursor ?? null;
  return {
    answer: data,
    rows: data?.data,
    error,
    isStale: isPlaceholderData,
    retry: () => void refetch(),
    page: place.page,
    next: nextCursor === null || isPlaceholderData ? undefined : () => go(placeAfter(place, nextCursor)),
    // The API reads forward only. Where the browser does not have the page before, as after a link, the first page is shown.
    previous:
      place.page === 1
        ? undefined
        : () => ((history.state as Record<string, unknown> | null)?.[param] === OLDER ? history.back() : go(null)),
  };
}

/** Notes in the browser's history that a page was reached by "Older", so that its page before is one step back. */
const OLDER = 'older';

/** Shown only if there is more than one page. */
export function Pager({ pages }: { readonly pages: Pick<Pages<unknown>, 'page' | 'next' | 'previous'> }) {
  if (pages.next === undefined && pages.previous === undefined) return null;
  return (
    <nav className={styles['pager']} aria-label="Pages">
      <span className="soft number">Page {pages.page}</span>
      <span className={styles['buttons']}>
        <Button
          variant="default"
          leftSection={<LeftIcon size={13} />}
          disabled={pages.previous === undefined}
          onClick={pages.previous}
        >
          Newer
        </Button>
        <Button
          variant="default"
          rightSection={<RightIcon size={13} />}
          disabled={pages.next === undefined}
          onClick={pages.next}
        >
          Older
        </Button>
      </span>
    </nav>
  );
}
