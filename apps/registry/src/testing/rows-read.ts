import { clientsOfMikroOrm } from '@signet/testing';
import type pg from 'pg';

export interface RowsRead {
  /**
   * The numbers of rows that statements over the events and their snapshots have returned since the last call, for
   * each statement.
   */
  taken(): number[];
  stop(): void;
}

/**
 * Counts the rows that this process reads from the event store. It counts in the driver, so that every caller and
 * every statement is included. The relay's reading of the log is left out, since it does not read a stream.
 */
export function countRowsRead(): RowsRead {
  const originals = clientsOfMikroOrm().map(({ prototype }) => ({ prototype, query: prototype.query }));
  let counts: number[] = [];
  for (const { prototype, query } of originals) {
    prototype.query = function counted(this: pg.Client, ...asked: unknown[]) {
      const result = (query as (...all: unknown[]) => unknown).apply(this, asked);
      const [first] = asked;
      const text = typeof first === 'string' ? first : (first as { text?: unknown }).text;
      const isOfStreams =
        typeof text === 'string' && /\b(events|stream_snapshots)\b/.test(text) && !/ as log\b/.test(text);
      if (isOfStreams && result instanceof Promise) {
        void (result as Promise<pg.QueryResult>).then(
          ({ command, rowCount }) => command === 'SELECT' && counts.push(rowCount ?? 0),
          () => undefined,
        );
      }
      return result;
    } as typeof query;
  }
  return {
    taken() {
      const taken = counts;
      counts = [];
      return taken;
    },
    stop() {
      for (const { prototype, query } of originals) prototype.query = query;
    },
  };
}
