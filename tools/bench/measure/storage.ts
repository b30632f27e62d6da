import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { withDatabaseOf } from '../installation/database.ts';
import type { Figure } from '../figures/result.ts';

/** What PostgreSQL and Kafka have written so far. */
export interface StorageUsed {
  readonly walBytes: number;
  /** Tables and indexes of delivery, including rows that are deleted and not yet vacuumed. */
  readonly tableBytes: number;
  /** Of these, the indexes whose keys come in no order: new entries land on pages all over them. */
  readonly scatteredBytes: number;
  /** Writes that PostgreSQL has asked the system for, of pages and of WAL. */
  readonly writes: number;
  readonly fsyncs: number;
  /** Bytes of the segments, by the first two words of the topic's name, such as `delivery.requests`. One replica. */
  readonly kafkaBytes: Readonly<Record<string, number>>;
}

/** Of the partition of a day: the keys of deliveries and of their log, and the indexes by message and by subject. */
const SCATTERED_INDEXES = '^deliver.*_[0-9]{8}_(pkey|event_id_|message_id_|subject_)';

/**
 * Makes a checkpoint first, so that pages that were changed only in memory so far are written and counted. Kafka's folder is the one of
 * `npm start`, beside local.json.
 */
export async function storageUsed(local: LocalFile, localFile: string): Promise<StorageUsed> {
  const database = await withDatabaseOf(local, async (client) => {
    await client.query('checkpoint');
    const { rows } = await client.query<Record<'wal' | 'tables' | 'scattered' | 'writes' | 'fsyncs', string>>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal,
        sum(pg_total_relation_size(c.oid)) filter (where c.relkind = 'r') as tables,
        sum(pg_relation_size(c.oid)) filter (where c.relkind = 'i' and c.relname ~ $1) as scattered,
        (select sum(writes) from pg_stat_io) as writes, (select sum(fsyncs) from pg_stat_io) as fsyncs
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'delivery'`,
      [SCATTERED_INDEXES],
    );
    return rows[0]!;
  });
  return {
    walBytes: Number(database.wal),
    tableBytes: Number(database.tables),
    scatteredBytes: Number(database.scattered),
    writes: Number(database.writes),
    fsyncs: Number(database.fsyncs),
    kafkaBytes: kafkaBytes(join(dirname(localFile), 'kafka')),
  };
}

function kafkaBytes(folder: string): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.log')) continue;
    const partition = entry.parentPath.split('/').at(-1) ?? '';
    const topic = /^(?<group>[a-z_-]+\.[a-z_]+)/.exec(partition)?.groups?.['group'] ?? 'other';
    bytes[topic] = (bytes[topic] ?? 0) + statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

/** Each kind of storage for one delivery, between two readings. */
export function storageFigures(before: StorageUsed, after: StorageUsed, deliveries: number): Figure[] {
  const figure = (name: string, spent: number, digits = 0, unit = 'B'): Figure => ({
    name: `${name} per delivery`,
    value: spent / deliveries,
    digits,
    ...(unit !== '' && { unit }),
  });
  const kafka = Object.keys(after.kafkaBytes)
    .map((topic): [string, number] => [topic, (after.kafkaBytes[topic] ?? 0) - (before.kafkaBytes[topic] ?? 0)])
    // Leaves out topics that hardly grew: the registry's heartbeats, and Kafka's own topics.
    .filter(([, bytes]) => bytes / deliveries >= 1)
    .map(([topic, bytes]) => figure(`Kafka, ${topic}`, bytes));
  return [
    figure('PostgreSQL, tables and indexes', after.tableBytes - before.tableBytes),
    figure('PostgreSQL, indexes by id and subject', after.scatteredBytes - before.scatteredBytes),
    figure('PostgreSQL, WAL', after.walBytes - before.walBytes),
    figure('PostgreSQL, writes', after.writes - before.writes, 3, ''),
    figure('PostgreSQL, fsyncs', after.fsyncs - before.fsyncs, 3, ''),
    ...kafka,
  ];
}
