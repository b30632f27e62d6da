import type { ReactNode } from 'react';
import { Failed } from '../feedback/states.tsx';
import type { Pages } from './pager.tsx';
import { Pager } from './pager.tsx';
import type { TableProps } from './table.tsx';
import { Table } from './table.tsx';

interface PagedTableProps<T> extends Omit<TableProps<T>, 'rows' | 'stale'> {
  readonly pages: Pages<T>;
  /** Shown in place of the table when the list has no rows. */
  readonly empty: ReactNode;
}

/** A list of the API as a table with a pager; the error if it could not be loaded. */
export function PagedTable<T>({ pages, empty, ...table }: PagedTableProps<T>) {
  if (pages.error) return <Failed error={pages.error} onRetry={pages.retry} />;
  if (pages.rows?.length === 0) return empty;
  return (
    <>
      <Table {...table} rows={pages.rows} stale={pages.isStale} />
      <Pager pages={pages} />
    </>
  );
}
