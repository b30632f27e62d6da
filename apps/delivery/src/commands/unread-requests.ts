import { bundleFormat, CONSUMER_GROUPS, DELIVERY_REQUESTS } from '@signet/contracts';
import { committedOffsets, KafkaNames, rangesBetween, readRanges } from '@signet/kafka';
import type { KafkaClientOptions, KafkaRecord, PartitionRange } from '@signet/kafka';
import { hasNoCoordinator, notAllowedOn, userOf } from '@signet/service-kit';
import type { Client } from 'pg';
import { unpackedRecords, UnreadableRowError } from '../shelf/shelved-records.ts';

/**
 * How many records of Kafka are read at most to find one of a format. It takes a few seconds. With more unread records than
 * this, the operator has to wait in any case.
 */
export const LOOKED_AT_MOST = 50_000;
/** A row of the shelf may have megabytes. */
const ROWS_AT_ONCE = 10;
const FOUND = new Error('Found.');

export type Unread =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly format: number }
  | { readonly kind: 'many'; readonly records: bigint }
  | { readonly kind: 'not-allowed'; readonly why: string };

/** Looks on Kafka and on the shelf for a bundle of such a format that delivery has not taken yet. It stops at the first one. */
export async function findUnread(
  client: Client,
  kafka: KafkaClientOptions,
  isSought: (format: number) => boolean,
): Promise<Unread> {
  const soughtIn = (records: readonly KafkaRecord[]): number | undefined =>
    records.map(({ headers }) => bundleFormat(headers)).find((format) => format !== undefined && isSought(format));
  const shelved = await onShelf(client, soughtIn);
  if (shelved !== undefined) return { kind: 'found', format: shelved };
  try {
    const ranges = await unreadRanges(kafka);
    const records = ranges.reduce((sum, { from, to }) => sum + (to - from), 0n);
    if (records > LOOKED_AT_MOST) return { kind: 'many', records };
    const format = await onKafka(kafka, ranges, soughtIn);
    return format === undefined ? { kind: 'none' } : { kind: 'found', format };
  } catch (error) {
    const why = whyNotAllowed(error, kafka);
    if (why === undefined) throw error;
    return { kind: 'not-allowed', why };
  }
}

/** Which rights are missing; undefined: the error is about something else. */
function whyNotAllowed(error: unknown, kafka: KafkaClientOptions): string | undefined {
  const names = new KafkaNames(kafka.prefix);
  if (notAllowedOn(error) === 'TOPIC') return `${userOf(kafka)} needs READ on ${names.topic(DELIVERY_REQUESTS)}`;
  // If access to a group is denied, kafkajs hides that and reports that the group has no coordinator.
  if (notAllowedOn(error) !== 'GROUP' && !hasNoCoordinator(error)) return undefined;
  const [dispatch, own] = [CONSUMER_GROUPS.dispatch, kafka.clientId].map((group) => names.group(group));
  return `${userOf(kafka)} needs DESCRIBE on the group ${dispatch}, and READ and DELETE on the groups ${own}*`;
}

type SoughtIn = (records: readonly KafkaRecord[]) => number | undefined;

async function onShelf(client: Client, soughtIn: SoughtIn): Promise<number | undefined> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    `select to_regclass('delivery.shelved_requests') is not null as there`,
  );
  if (!tables[0]?.there) return undefined;
  for (let after = '0'; ;) {
    const { rows } = await client.query<{ id: string; requests: Buffer }>(
      'select id, requests from delivery.shelved_requests where id > $1 order by id limit $2',
      [after, ROWS_AT_ONCE],
    );
    for (const { requests } of rows) {
      const found = soughtIn(readable(requests));
      if (found !== undefined) return found;
    }
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    after = last.id;
  }
}

/** A row that cannot be read counts as empty: a replica of any version that takes it sets it aside. */
function readable(requests: Buffer): readonly KafkaRecord[] {
  try {
    return unpackedRecords(requests);
  } catch (error) {
    if (error instanceof UnreadableRowError) return [];
    throw error;
  }
}

/** For each partition the offsets that dispatch has not committed. */
async function unreadRanges(kafka: KafkaClientOptions): Promise<readonly PartitionRange[]> {
  const all = await rangesBetween(kafka, [DELIVERY_REQUESTS], new Date(0), new Date());
  if (all.length === 0) return [];
  const partitions = all.map(({ partition }) => partition);
  const committed = await committedOffsets(kafka, CONSUMER_GROUPS.dispatch, DELIVERY_REQUESTS, partitions);
  return all.flatMap((range) => {
    const next = committed.get(range.partition) ?? 0n;
    const from = next > range.from ? next : range.from;
    return from < range.to ? [{ ...range, from }] : [];
  });
}

async function onKafka(
  kafka: KafkaClientOptions,
  ranges: readonly PartitionRange[],
  soughtIn: SoughtIn,
): Promise<number | undefined> {
  const ending = new AbortController();
  let found: number | undefined;
  const onRecords = async (records: readonly KafkaRecord[]): Promise<void> => {
    found ??= soughtIn(records);
    if (found !== undefined) ending.abort(FOUND);
  };
  await readRanges({ client: kafka, ranges, onRecords, signal: ending.signal }).catch((error: unknown) => {
    if (error !== FOUND) throw error;
  });
  return found;
}
