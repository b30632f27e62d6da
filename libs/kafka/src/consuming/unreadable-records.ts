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
export const unreadableRecords = (): Buffer => (made ??= records());

const ATTRIBUTES = Buffer.alloc(1);
const [TIMESTAMP_DELTA, NONE] = [varint(0), varint(-1)];
const headers = Buffer.concat([
  varint(1),
  varint(UNREADABLE_HEADER.length),
  Buffer.from(UNREADABLE_HEADER),
  varint(REASON.length),
  Buffer.from(REASON),
]);

/** Written into one buffer: half a million small ones would hold up the event loop for seconds. */
function records(): Buffer {
  const longest = record(COUNT).length;
  const all = Buffer.allocUnsafe(COUNT * longest);
  let end = 0;
  // Records whose offsets have as many bytes differ in the offset alone.
  for (let from = 0; from < COUNT;) {
    const like = record(from);
    const { length } = varint(from);
    const place = like.length - headers.length - NONE.length * 2 - length;
    for (; from < COUNT && varintLength(from) === length; from++, end += like.length) {
      like.copy(all, end);
      writeVarint(all, end + place, from);
    }
  }
  return all.subarray(0, end);
}

function record(offsetDelta: number): Buffer {
  const body = Buffer.concat([ATTRIBUTES, TIMESTAMP_DELTA, varint(offsetDelta), NONE, NONE, headers]);
  return Buffer.concat([varint(body.length), body]);
}

/** Zigzag, seven bits a byte, the low ones first. */
function varint(value: number): Buffer {
  const bytes = Buffer.alloc(varintLength(value));
  writeVarint(bytes, 0, value);
  return bytes;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}

function varintLength(value: number): number {
  let length = 1;
  for (let left = zigzag(value); left > 0x7f; left >>>= 7) length += 1;
  return length;
}

function writeVarint(into: Buffer, at: number, value: number): void {
  let left = zigzag(value);
  for (; left > 0x7f; left >>>= 7) into[at++] = (left & 0x7f) | 0x80;
  into[at] = left;
}
