import type { OutgoingRecord, RecordBatch } from '@signet/kafka';

/** The partition of delivery.requests.v1 that the fixtures serve. */
export const PARTITION = 0;

/** Requests as dispatch reads them from its partition. */
export const asBatch = (records: readonly OutgoingRecord[], firstOffset: number): RecordBatch => ({
  topic: 'delivery.requests.v1',
  partition: PARTITION,
  signal: new AbortController().signal,
  setAside: () => {
    throw new Error('A request was set aside.');
  },
  records: records.map(({ key, value, headers }, index) => ({
    topic: 'delivery.requests.v1',
    partition: PARTITION,
    offset: String(firstOffset + index),
    key: Buffer.from(String(key)),
    value: Buffer.from(value ?? ''),
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(text as string)]),
    ),
    timestamp: 0,
  })),
});
