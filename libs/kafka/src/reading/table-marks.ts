import { withAdmin } from '../topics/admin.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import type { KafkaRecord } from '../record.ts';
import { readRanges } from './topic-ranges.ts';
import type { PartitionRange } from './topic-ranges.ts';

export interface ReadMarksOptions {
  readonly client: KafkaClientOptions;
  /** Topics that do not exist are left out. */
  readonly topics: readonly string[];
  /** Whether a record with this key is wanted. */
  readonly isMark: (key: string) => boolean;
  /** Whether this is the last mark of its topic that is wanted; the rest of the topic is not read then. */
  readonly isLast?: (mark: KafkaRecord) => boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The records of partition 0 of each topic whose keys are marks, tombstones too, in their order, up to the end that the topic has
 * at the call. It joins no group of another reader and commits nothing.
 */
export async function readMarks(options: ReadMarksOptions): Promise<KafkaRecord[]> {
  const { client, topics, isMark, isLast, signal } = options;
  const ranges = (await wholePartitions(client, topics)).filter(({ partition }) => partition === 0);
  const marks: KafkaRecord[] = [];
  const unfinished = new Set(ranges.map(({ topic }) => topic));
  const enough = new AbortController();
  const onRecords = async (records: readonly KafkaRecord[], { topic }: PartitionRange): Promise<void> => {
    for (const record of records) {
      if (!unfinished.has(topic)) return;
      if (record.key === null || !isMark(record.key.toString('utf8'))) continue;
      marks.push(record);
      if (isLast?.(record)) unfinished.delete(topic);
    }
    if (unfinished.size === 0) enough.abort();
  };
  try {
    await readRanges({
      client,
      ranges,
      onRecords,
      signal: AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]),
    });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  }
  return marks;
}

/** Hands over every record of a topic in the order of its partition, up to the end that it has at the call. */
export async function readWholeTopic(
  client: KafkaClientOptions,
  topic: string,
  onRecord: (record: KafkaRecord) => void,
): Promise<void> {
  const onRecords = async (records: readonly KafkaRecord[]): Promise<void> => records.forEach(onRecord);
  const ranges = await wholePartitions(client, [topic]);
  await readRanges({ client, ranges, onRecords, signal: new AbortController().signal });
}

/** The range of the records that are on each partition now; empty partitions, and topics that do not exist, are left out. */
const wholePartitions = (client: KafkaClientOptions, topics: readonly string[]): Promise<PartitionRange[]> =>
  withAdmin(client, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const ranges: PartitionRange[] = [];
    for (const topic of topics.filter((name) => existing.has(name))) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const range = { topic, partition, from: BigInt(low), to: BigInt(high) };
        if (range.from < range.to) ranges.push(range);
      }
    }
    return ranges;
  });
