import type { OutgoingRecord } from './record.ts';

/** More than the lengths, offsets and times of a record and of its headers take. */
const OVERHEAD = 64;

const lengthOf = (part: string | Buffer | null): number =>
  part === null ? 0 : typeof part === 'string' ? Buffer.byteLength(part) : part.length;

/** Bytes that the record takes in a batch, at most. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let size = OVERHEAD + lengthOf(key) + lengthOf(value);
  for (const name in headers) size += OVERHEAD + name.length + lengthOf(headers[name] ?? null);
  return size;
}
