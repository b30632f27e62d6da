import type { Batch, IHeaders } from 'kafkajs';
import type { KafkaRecord } from './record.ts';

/** kafkajs' messages as ours. On the hot path of every service: no copies of keys and values. */
export function toRecords(batch: Batch): KafkaRecord[] {
  const { topic, partition } = batch;
  return batch.messages.map((message) => ({
    topic,
    partition,
    offset: message.offset,
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
    timestamp: Number(message.timestamp),
  }));
}

function toHeaders(headers: IHeaders | undefined): Record<string, Buffer | undefined> {
  const first: Record<string, Buffer | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    const one = Array.isArray(value) ? value[0] : value;
    first[name] = typeof one === 'string' ? Buffer.from(one) : one;
  }
  return first;
}
