import { withAdmin } from '../topics/admin.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import { KafkaNames } from '../prefix/names.ts';
import type { KafkaRecord } from '../record.ts';
import { rangesBetween, readRanges } from './topic-ranges.ts';
import type { PartitionRange } from './topic-ranges.ts';

/** Where a record lies on a topic. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: bigint;
}

/** Kafka does not have this topic, or this record (any more). */
export class NotOnKafkaError extends Error {
  override readonly name = 'NotOnKafkaError';
}

/** Hands over the records that were appended at or after `since`, up to the end that the topic has at the call. */
export async function readSince(
  client: KafkaClientOptions,
  topic: string,
  since: Date,
  onRecord: (record: KafkaRecord) => void,
): Promise<void> {
  await endsOf(client, topic);
  const ranges = await rangesBetween(client, [topic], since, new Date());
  await readAll(client, ranges, onRecord);
}

/**
 * The records at these places, in the order of the places.
 *
 * @throws NotOnKafkaError naming the first that is not there
 */
export async function recordsAt(
  client: KafkaClientOptions,
  topic: string,
  places: readonly RecordPlace[],
): Promise<KafkaRecord[]> {
  const ends = await endsOf(client, topic);
  const absent = places.find((place) => !isWithin(place, ends));
  if (absent) throw new NotOnKafkaError(absence(absent, nameOnKafka(client, topic), ends));
  const found = new Map<string, KafkaRecord>();
  await readAll(client, spansOf(topic, places), (record) => found.set(nameOf(record), record));
  return places.map((place) => {
    const record = found.get(nameOf(place));
    if (!record) throw new NotOnKafkaError(absence(place, nameOnKafka(client, topic), ends));
    return record;
  });
}

/** @throws NotOnKafkaError when there is no such topic */
export async function requireTopic(client: KafkaClientOptions, topic: string): Promise<void> {
  await endsOf(client, topic);
}

/** Of each partition the first offset that still exists, and the offset behind the last record. */
type Ends = ReadonlyMap<number, { readonly low: bigint; readonly high: bigint }>;

const endsOf = (client: KafkaClientOptions, topic: string): Promise<Ends> =>
  withAdmin(client, async (admin) => {
    // Asked about a topic that does not exist, kafkajs would wait for it.
    if (!(await admin.listTopics()).includes(topic))
      throw new NotOnKafkaError(`There is no topic ${nameOnKafka(client, topic)}.`);
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
  });

const nameOnKafka = ({ prefix }: KafkaClientOptions, topic: string): string => new KafkaNames(prefix).topic(topic);

const isWithin = ({ partition, offset }: RecordPlace, ends: Ends): boolean => {
  const { low = 0n, high = 0n } = ends.get(partition) ?? {};
  return offset >= low && offset < high;
};

function absence(place: RecordPlace, topic: string, ends: Ends): string {
  const present = [...ends].map(([partition, { low, high }]) =>
    low < high ? `${partition}:${low} to ${partition}:${high - 1n}` : `nothing in partition ${partition}`,
  );
  return `There is no record ${nameOf(place)} on ${topic}, which has ${present.join(', ')}.`;
}

/** Of each partition the span from the first to the last of the places, so that one reading finds them all. */
function spansOf(topic: string, places: readonly RecordPlace[]): PartitionRange[] {
  const spans = new Map<number, PartitionRange>();
  for (const { partition, offset } of places) {
    const { from, to } = spans.get(partition) ?? { from: offset, to: offset };
    spans.set(partition, {
      topic,
      partition,
      from: offset < from ? offset : from,
      to: offset >= to ? offset + 1n : to,
    });
  }
  return [...spans.values()];
}

async function readAll(
  client: KafkaClientOptions,
  ranges: readonly PartitionRange[],
  onRecord: (record: KafkaRecord) => void,
): Promise<void> {
  const onRecords = async (records: readonly KafkaRecord[]): Promise<void> => records.forEach(onRecord);
  await readRanges({ client, ranges, onRecords, signal: new AbortController().signal });
}

const nameOf = ({ partition, offset }: { partition: number; offset: bigint | string }): string =>
  `${partition}:${offset}`;
