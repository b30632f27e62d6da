/** A header on each record that stands in for one of a batch that could not be unpacked. */
export const UNREADABLE_HEADER = 'signet-unreadable';
const REASON = 'The batch cannot be unpacked, or is larger than 64 MiB then.';

/** More records than a batch can have. kafkajs reads as many as the batch's header says, and ignores the others. */
const COUNT = 2 ** 19;

let made: Buffer | undefined;

/**
 * The records that are read instead of those of a batch that cannot be unpacked: one without key and value at each of its offsets,
 * in Kafka's encoding (message format 2). The handler refuses them one by one, and the partition moves on.
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
  // Records whose offsets take the same number of bytes differ in nothing but the offset.
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
