import { CONSUMER_GROUPS, DELIVERY_REQUESTS, FORMAT_HEADER } from '@signet/contracts';
import { committedOffsets, readSince } from '@signet/kafka';
import type { KafkaClientOptions, KafkaRecord } from '@signet/kafka';
import type { Client } from 'pg';
import { unpackedRecords } from '../../apps/delivery/src/shelf/shelved-records.ts';

/** The format that a record of delivery.requests.v1 says it has: `1` where it says nothing. */
const formatOf = ({ headers }: Pick<KafkaRecord, 'headers'>): string => headers[FORMAT_HEADER]?.toString() ?? '1';

/** When each record of a format was written, milliseconds since the epoch. */
export async function timesOfFormat(client: KafkaClientOptions, format: string): Promise<number[]> {
  const times: number[] = [];
  await readSince(client, DELIVERY_REQUESTS, new Date(0), (record) => {
    if (formatOf(record) === format) times.push(record.timestamp);
  });
  return times;
}

/** Records of a format that delivery has not read and committed. */
export async function unreadOfFormat(client: KafkaClientOptions, format: string): Promise<number> {
  const places: { readonly partition: number; readonly offset: bigint }[] = [];
  await readSince(client, DELIVERY_REQUESTS, new Date(0), (record) => {
    if (formatOf(record) === format) places.push({ partition: record.partition, offset: BigInt(record.offset) });
  });
  const partitions = [...new Set(places.map(({ partition }) => partition))];
  const committed = await committedOffsets(client, CONSUMER_GROUPS.dispatch, DELIVERY_REQUESTS, partitions);
  return places.filter(({ partition, offset }) => offset >= (committed.get(partition) ?? 0n)).length;
}

/** Records of a format that lie on the shelf in PostgreSQL. */
export async function shelvedOfFormat(database: Client, format: string): Promise<number> {
  const { rows } = await database.query<{ requests: Buffer }>('select requests from delivery.shelved_requests');
  return rows.flatMap(({ requests }) => unpackedRecords(requests)).filter((record) => formatOf(record) === format)
    .length;
}

/** Requests that lie on the shelf, of whatever format. */
export async function shelvedRequests(database: Client): Promise<number> {
  const { rows } = await database.query<{ sum: string }>(
    'select coalesce(sum(count), 0) as sum from delivery.shelved_requests',
  );
  return Number(rows[0]?.sum);
}
