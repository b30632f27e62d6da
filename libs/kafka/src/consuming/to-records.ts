import type { Batch, IHeaders } from 'kafkajs';
import type { KafkaRecord } from '../record.ts';

/** Translates kafkajs' messages into our records. It runs for every record of every service: keys and values are not copied. */
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

/** For a header named `constructor`, kafkajs finds the one on Object's prototype, and takes it for the first of two values. */
const isValue = (value: unknown): value is HeaderBytes => value === null || Buffer.isBuffer(value);

const EMPTY = Buffer.alloc(0);

/** kafkajs can read a header without a value, but cannot write one: a dead letter with such a header would never reach Kafka. */
const toBuffer = (value: HeaderBytes): Buffer => value ?? EMPTY;

/** The object has no prototype, so a header named `__proto__` is a header like any other. */
const namedByAnybody = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;
