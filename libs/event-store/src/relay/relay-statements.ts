import { quotedName, quotedTable } from '../postgres/identifier.ts';

/** Waiting rows are counted up to this number. */
export const LAG_ROWS = 10_000;

export interface StatementOptions {
  readonly table: string;
  readonly columns: readonly string[];
  readonly timeColumn?: string | undefined;
  readonly batchSize: number;
  readonly positionsTable: string;
}

/**
 * The statements of the relay. They run all the time, so each must be one index scan.
 *
 * - `next` reads only rows below pg_snapshot_xmin: every transaction before it has ended, so no more rows can appear there. A
 *   reader that only remembers the highest position would skip rows that commit late. xid8 does not wrap around, unlike xid.
 *   The price: one transaction that stays open with a transaction id, anywhere in the instance, holds back all rows that
 *   were written after it began. It shows as lag; pg_stat_activity (backend_xid, xact_start) shows which session it is.
 * - The limit is part of the text: if it was a parameter, the planner would guess it. (tx, position) is one row comparison, so
 *   the index on both gives the range and the order; in a partitioned table by a merge over the partitions.
 */
export function relayStatements({ table, columns, timeColumn, batchSize, positionsTable }: StatementOptions) {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new Error(`A batch of ${batchSize} rows cannot be read.`);
  const log = quotedTable(table);
  const positions = quotedTable(positionsTable);
  const selected = ['tx', 'position', ...columns].map((column) => `log.${quotedName(column)}`).join(', ');
  const time = timeColumn === undefined ? 'null::timestamptz' : `log.${quotedName(timeColumn)}`;
  return {
    begin: `insert into ${positions} (name, tx, position, updated_at) values ($1, '0', 0, $2) on conflict (name) do nothing`,
    position: `select tx, position, tx >= pg_snapshot_xmax(pg_current_snapshot()) as "isAhead" from ${positions} where name = $1`,
    next: `select ${selected} from ${log} as log
      where (log.tx, log.position) > ($1::xid8, $2::bigint) and log.tx < pg_snapshot_xmin(pg_current_snapshot())
      order by log.tx, log.position limit ${batchSize}`,
    hasMore: `select exists (
      select from ${log} as log where (log.tx, log.position) > ($1::xid8, $2::bigint)
      order by log.tx, log.position limit 1) as "hasMore"`,
    store: `update ${positions} set tx = $2::xid8, position = $3::bigint, updated_at = $4 where name = $1`,
    lag: `select count(*)::int as rows, min(extract(epoch from waiting.time) * 1000)::float8 as "oldestMs",
        max(extract(epoch from published.updated_at) * 1000)::float8 as "storedMs"
      from ${positions} as published cross join lateral (
        select ${time} as time from ${log} as log
        where (log.tx, log.position) > (published.tx, published.position)
        order by log.tx, log.position limit ${LAG_ROWS}) as waiting
      where published.name = $1`,
  };
}
export type RelayStatements = ReturnType<typeof relayStatements>;
