import { CONSUMER_GROUPS, DELIVERY_REQUESTS, FORMAT_HEADER } from '@signet/contracts';
import { committedOffsets, readSince, topicEnds } from '@signet/kafka';
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

/** The offset behind the last record of each partition. */
export async function endsOfRequests(client: KafkaClientOptions): Promise<ReadonlyMap<number, bigint>> {
  const ends = await topicEnds(client, [DELIVERY_REQUESTS]);
  return new Map([...ends].map(([place, end]) => [Number(place.split('/').at(-1)), end]));
}

/** Whether delivery has read, and committed, everything before these offsets. */
export async function isReadUpTo(client: KafkaClientOptions, ends: ReadonlyMap<number, bigint>): Promise<boolean> {
  const committed = await committedOffsets(client, CONSUMER_GROUPS.dispatch, DELIVERY_REQUESTS, [...ends.keys()]);
  return [...ends].every(([partition, end]) => (committed.get(partition) ?? 0n) >= end);
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
