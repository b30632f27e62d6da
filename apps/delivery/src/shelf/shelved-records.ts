import { deserialize, serialize } from 'node:v8';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { KafkaRecord } from '@signet/kafka';

/** The bytes of a row are no records: they were damaged, or written by a version that packs them in another way. */
export class UnreadableRowError extends Error {
  constructor(cause: unknown) {
    super(`The row cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnreadableRowError';
  }
}

/** A record that is on the shelf, or was. */
export interface ShelvedRecord extends KafkaRecord {
  /** Its webhook took deliveries, but held more than its share of its partition's room. */
  readonly isAboveShare?: true;
}

/** The records as the bytes of a row of the shelf. */
export const packedRecords = (records: readonly ShelvedRecord[]): Buffer => zstdCompressSync(serialize(records));

/** @throws UnreadableRowError where the bytes are no records */
export function unpackedRecords(bytes: Buffer): readonly ShelvedRecord[] {
  let records: unknown;
  try {
    records = deserialize(zstdDecompressSync(bytes));
  } catch (error) {
    throw new UnreadableRowError(error);
  }
  if (!Array.isArray(records) || !records.every(isRecord)) throw new UnreadableRowError('it holds no Kafka records.');
  return records;
}

function isRecord(value: unknown): value is ShelvedRecord {
  const { key, value: body, offset, headers } = (value ?? {}) as Partial<Record<keyof KafkaRecord, unknown>>;
  const areBuffers = [key, body].every((bytes) => bytes === null || Buffer.isBuffer(bytes));
  const hasOffset = typeof offset === 'string' && /^\d+$/.test(offset);
  return areBuffers && hasOffset && typeof headers === 'object' && headers !== null;
}
