import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Query } from '../api/client.ts';
import type { Page } from '../api/types.ts';
import { useApi } from '../app/session.tsx';
import { LeftIcon, RightIcon } from './icons.tsx';
import styles from './pager.module.css';

/** Lists look again this often while somebody sees them. */
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

/** A list of the API, page after page; another filter begins at the first one again. */
export function usePages<T>(
  path: string,
  query: Query,
  { limit = 25, refreshMs = REFRESH_MS }: PagesOptions = {},
): Pages<T> {
  const api = useApi();
  const filter = JSON.stringify(query);
  const [place, setPlace] = useState<{ filter: string; cursors: readonly string[] }>({ filter, cursors: [] });
  const cursors = place.filter === filter ? place.cursors : [];
  const go = (to: readonly string[]): void => setPlace({ filter, cursors: to });
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: [path, 'list', query, limit, cursors.at(-1) ?? null],
    queryFn: ({ signal }) => api.get<Page<T>>(path, { ...query, limit, cursor: cursors.at(-1) }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const nextCursor = data?.nextCursor ?? null;
  return {
    rows: data?.data,
    // A refresh that fails leaves what was read before.
    error: data === undefined ? error : null,
    isStale: isPlaceholderData,
    retry: () => void refetch(),
    page: cursors.length + 1,
    next: nextCursor === null || isPlaceholderData ? undefined : () => go([...cursors, nextCursor]),
    previous: cursors.length === 0 ? undefined : () => go(cursors.slice(0, -1)),
  };
}

/** Shown only where there is more than a page. */
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
