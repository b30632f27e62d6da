import type { HeaderValue, OutgoingRecord } from '../record.ts';

/** More bytes than the lengths, offset and time of a record, or the lengths of one of its headers, take. */
const OVERHEAD = 64;

const lengthOf = (part: string | Buffer | null): number =>
  part === null ? 0 : typeof part === 'string' ? Buffer.byteLength(part) : part.length;

/** An upper bound for the bytes that the record takes in a batch. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let size = OVERHEAD + lengthOf(key) + lengthOf(value);
  for (const name in headers)
    for (const value of valuesOf(headers[name])) size += OVERHEAD + Buffer.byteLength(name) + lengthOf(value);
  return size;
}

const valuesOf = (value: HeaderValue | undefined): readonly (string | Buffer | null)[] =>
  Array.isArray(value) ? value : [(value as string | Buffer | undefined) ?? null];
