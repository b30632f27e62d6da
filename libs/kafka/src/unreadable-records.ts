/** On a record of a batch that could not be unpacked; what it was nobody knows. */
export const UNREADABLE_HEADER = 'signet-unreadable';
const REASON = 'The batch cannot be unpacked, or is larger than 64 MiB then.';

/** More than a batch has. kafkajs reads as many as the batch says that it has, and leaves the others. */
const COUNT = 2 ** 19;

let made: Buffer | undefined;

/**
 * What is read in the stead of a batch's records: a record without key and value at each of its offsets, in Kafka's encoding
 * (message format 2). Their handler refuses them one by one, and the partition moves on.
 */
export const unreadableRecords = (): Buffer =>
  (made ??= Buffer.concat(Array.from({ length: COUNT }, (_, at) => record(at))));

const header = Buffer.concat([
  varint(1),
  varint(UNREADABLE_HEADER.length),
  Buffer.from(UNREADABLE_HEADER),
  varint(REASON.length),
  Buffer.from(REASON),
]);

function record(offsetDelta: number): Buffer {
  const [attributes, timestampDelta, none] = [Buffer.alloc(1), varint(0), varint(-1)];
  const body = Buffer.concat([attributes, timestampDelta, varint(offsetDelta), none, none, header]);
  return Buffer.concat([varint(body.length), body]);
}

/** Zigzag, seven bits a byte, the low ones first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value >= 0 ? value * 2 : value * -2 - 1;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
