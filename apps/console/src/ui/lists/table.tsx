import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './table.module.css';

export interface Column<T> {
  readonly name: string;
  readonly cell: (row: T) => ReactNode;
  /** CSS width; the columns without one share the remaining width. */
  readonly width?: string;
  readonly align?: 'end';
  /** On a narrow screen each row is a card: this column is its head, is in its corner, has a line of its own, or is hidden. */
  readonly narrow?: 'head' | 'corner' | 'line' | 'hidden';
  /** Hidden in a table until there is room for it, or (`very`) much room. */
  readonly wide?: true | 'very';
}

export interface TableProps<T> {
  /** A name for the rows, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[] | undefined;
  readonly idOf: (row: T) => string;
  /** The target of a row: its first cell is the link, and the whole row takes the click. */
  readonly hrefOf?: (row: T) => string;
  readonly loadingRows?: number;
  /** The rows of the page before are shown while the next page loads. */
  readonly stale?: boolean;
}

const roomOf = (wide: Column<unknown>['wide']): string | undefined =>
  wide === undefined ? undefined : styles[wide === 'very' ? 'veryWide' : 'wide'];

export function Table<T>({ label, columns, rows, idOf, hrefOf, loadingRows = 8, stale = false }: TableProps<T>) {
  return (
    <table
      className={styles['table']}
      aria-label={label}
      aria-busy={rows === undefined || stale}
      data-stale={stale || undefined}
    >
      <colgroup>
        {columns.map(({ name, width, wide }) => (
          <col key={name} style={width === undefined ? {} : { width }} className={roomOf(wide)} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map(({ name, align, wide }) => (
            <th key={name} scope="col" data-align={align} className={roomOf(wide)}>
              {name === '' ? <span className="visually-hidden">Actions</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows === undefined
          ? Array.from({ length: loadingRows }, (_, row) => (
              <tr key={row}>
                {columns.map(({ name, narrow, wide }, index) => (
                  <td key={name} data-narrow={narrow} className={roomOf(wide)}>
                    <Skeleton height={12} width={`${80 - ((row * 31 + index * 17) % 45)}%`} my={5} />
                  </td>
                ))}
              </tr>
            ))
          : rows.map((row) => (
              <tr key={idOf(row)} data-linked={hrefOf ? true : undefined}>
                {columns.map(({ name, cell, align, narrow, wide }, index) => (
                  <td key={name} data-align={align} data-narrow={narrow} data-name={name} className={roomOf(wide)}>
                    {hrefOf && index === 0 ? (
                      <Link href={hrefOf(row)} className={styles['link'] ?? ''}>
                        {cell(row)}
                      </Link>
                    ) : (
                      cell(row)
                    )}
                  </td>
                ))}
              </tr>
            ))}
      </tbody>
    </table>
  );
}
