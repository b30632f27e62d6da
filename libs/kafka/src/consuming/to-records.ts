import type { Batch, IHeaders } from 'kafkajs';
import type { KafkaRecord } from '../record.ts';

/** kafkajs' messages as ours. On the hot path of every service: no copies of keys and values. */
export function toRecords(batch: Batch): KafkaRecord[] {
  const { topic, partition } = batch;
  return batch.messages.map((message) => ({
    topic,
    partition,
    offset: message.offset,
    key: message.key,
    value: message.value,
    ...toHeaders(message.headers),
    timestamp: Number(message.timestamp),
  }));
}

function toHeaders(headers: IHeaders | undefined): Pick<KafkaRecord, 'headers' | 'repeatedHeaders'> {
  const first = namedByAnybody<Buffer | undefined>();
  let repeated: Record<string, readonly Buffer[]> | undefined;
  for (const name in headers) {
    const value: unknown = headers[name];
    const values = Array.isArray(value) ? value.filter(isValue).map(toBuffer) : [toBuffer(value as HeaderBytes)];
    first[name] = values[0];
    if (values.length < 2) continue;
    repeated ??= namedByAnybody<readonly Buffer[]>();
    repeated[name] = values;
  }
  return repeated ? { headers: first, repeatedHeaders: repeated } : { headers: first };
}

type HeaderBytes = Buffer | null;

/** kafkajs finds a header named `constructor` on Object's prototype already, and takes that for the first of two. */
const isValue = (value: unknown): value is HeaderBytes => value === null || Buffer.isBuffer(value);

const EMPTY = Buffer.alloc(0);

/** kafkajs reads a header without a value, and cannot write one: a dead letter with it would never reach Kafka. */
const toBuffer = (value: HeaderBytes): Buffer => value ?? EMPTY;

/** Without a prototype, a header named `__proto__` is one like any other. */
const namedByAnybody = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;
