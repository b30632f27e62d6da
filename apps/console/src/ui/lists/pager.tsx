import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Page } from '../../api/model.ts';
import { LeftIcon, RightIcon } from '../display/icons.tsx';
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
}

/** The part of a list that is read. */
interface PageQuery {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * A list of the API, page after page; a change of the filter goes back to the first page.
 *
 * @param path the first segment of the key in the query cache
 * @param read asks the API for one page
 */
export function usePages<T, Q extends object>(
  path: string,
  query: Q,
  read: (query: Q & PageQuery, signal: AbortSignal) => Promise<Page<T>>,
  { limit = 25, refreshMs = REFRESH_MS }: PagesOptions = {},
): Pages<T> {
  const filter = JSON.stringify(query);
  const [place, setPlace] = useState<{ filter: string; cursors: readonly string[] }>({ filter, cursors: [] });
  const cursors = place.filter === filter ? place.cursors : [];
  const go = (to: readonly string[]): void => setPlace({ filter, cursors: to });
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: [path, 'list', query, limit, cursors.at(-1) ?? null],
    queryFn: ({ signal }) => read({ ...query, limit, cursor: cursors.at(-1) }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const nextCursor = data?.nextCursor ?? null;
  return {
    rows: data?.data,
    // If a refresh fails, the rows that were read before stay.
    error: data === undefined ? error : null,
    isStale: isPlaceholderData,
    retry: () => void refetch(),
    page: cursors.length + 1,
    next: nextCursor === null || isPlaceholderData ? undefined : () => go([...cursors, nextCursor]),
    previous: cursors.length === 0 ? undefined : () => go(cursors.slice(0, -1)),
  };
}

/** Shown only if there is more than one page. */
export function Pager({ pages }: { readonly pages: Pages<unknown> }) {
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
