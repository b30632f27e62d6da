import { GENERATION_HEADER, TABLE_PARTITION, TABLE_TOPICS } from '@signet/contracts';
import type { OutgoingRecord } from '@signet/kafka';

const TABLES: ReadonlySet<string> = new Set(TABLE_TOPICS.map(({ name }) => name));

export const isTable = (topic: string): boolean => TABLES.has(topic);

/** The entries of a table as records: on the table's one partition, with their generation. */
export const asTableRecords = (
  records: readonly OutgoingRecord[],
  generation: number | undefined,
): readonly OutgoingRecord[] =>
  records.map((record) => ({
    ...record,
    partition: TABLE_PARTITION,
    ...(generation !== undefined && { headers: { ...record.headers, [GENERATION_HEADER]: String(generation) } }),
  }));
