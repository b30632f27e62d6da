import { constants, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { decompressFrameSync } from 'lz4-napi';
import { uncompressSync } from 'snappy';
import { unreadableRecords } from '../consuming/unreadable-records.ts';

/** The interface through which kafkajs compresses and decompresses the records of a batch. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

const { CompressionTypes, CompressionCodecs } = kafkajs;

/** Kafka limits the size of a compressed batch only: one megabyte may unpack to gigabytes, more than the memory of the process. */
export const MAX_UNPACKED_BYTES = 64 * 1_048_576;
const FAST = { [constants.ZSTD_c_compressionLevel]: 1 };

let isRegistered = false;

/**
 * kafkajs alone can read only gzip and stops at a batch in any other form; but each producer chooses the form of its batches, and
 * a topic's `compression.type` chooses it for all. So all four forms of Kafka are registered. A batch that cannot be unpacked, or
 * is larger than `MAX_UNPACKED_BYTES`, is read as `unreadableRecords`: an error would end this process, and then its successor.
 */
export function registerCodecs(): void {
  if (isRegistered) return;
  isRegistered = true;
  const codecs = CompressionCodecs as Record<number, () => Codec>;
  const limit = { maxOutputLength: MAX_UNPACKED_BYTES };
  const compress = async ({ buffer }: { readonly buffer: Buffer }): Promise<Buffer> =>
    zstdCompressSync(buffer, { params: FAST });
  codecs[CompressionTypes.ZSTD] = () => ({ compress, ...reading((buffer) => zstdDecompressSync(buffer, limit)) });
  codecs[CompressionTypes.GZIP] = () => ({ ...reading((buffer) => gunzipSync(buffer, limit)), compress: unused });
  codecs[CompressionTypes.Snappy] = () => ({ ...reading(unpackSnappy), compress: unused });
  codecs[CompressionTypes.LZ4] = () => ({ ...reading(unpackLz4), compress: unused });
}

const unused = (): Promise<Buffer> => Promise.reject(new Error('Signet does not produce in this form.'));

const reading = (unpack: (buffer: Buffer) => Buffer): Pick<Codec, 'decompress'> => ({
  decompress: async (buffer) => {
    try {
      return unpack(buffer);
    } catch {
      return unreadableRecords();
    }
  },
});

function requireRoom(bytes: number): void {
  if (bytes > MAX_UNPACKED_BYTES) throw new Error(`The batch has more than ${MAX_UNPACKED_BYTES} bytes unpacked.`);
}

/** The first bytes of a stream of Xerial's snappy-java. Its header: eight bytes of magic, its version, and the oldest version that can read it. */
const XERIAL = Buffer.from('\x82SNAPPY\0', 'latin1');
const XERIAL_HEADER_BYTES = 16;

/** Java's producers, and the broker, write Xerial's stream of length-prefixed blocks; librdkafka writes one bare block. */
function unpackSnappy(buffer: Buffer): Buffer {
  const blocks = buffer.subarray(0, XERIAL.length).equals(XERIAL) ? blocksOf(buffer) : [buffer];
  requireRoom(blocks.reduce((sum, block) => sum + lengthOfSnappy(block), 0));
  return Buffer.concat(blocks.map((block) => uncompressSync(block, { asBuffer: true }) as Buffer));
}

function blocksOf(stream: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < stream.length;) {
    const end = at + 4 + stream.readUInt32BE(at);
    blocks.push(stream.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** A block begins with its unpacked length: seven bits a byte, the low ones first. */
function lengthOfSnappy(block: Buffer): number {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = block.readUInt8(index);
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return length;
}

/** Bits of the first byte behind the magic of an LZ4 frame. */
const LZ4 = { dictionary: 0b1, contentSize: 0b1000, blockChecksums: 0b1_0000, isStored: 0x8000_0000 };

function unpackLz4(frame: Buffer): Buffer {
  requireRoom(mostOfLz4(frame));
  return decompressFrameSync(frame);
}

/** The largest unpacked size that the blocks of a frame can have (LZ4 Frame Format 1.6.4). */
function mostOfLz4(frame: Buffer): number {
  const flags = frame.readUInt8(4);
  const blockBytes = 2 ** (8 + 2 * ((frame.readUInt8(5) >> 4) & 0b111));
  let at = 7 + (flags & LZ4.contentSize ? 8 : 0) + (flags & LZ4.dictionary ? 4 : 0);
  let blocks = 0;
  for (let size = frame.readUInt32LE(at); size !== 0; size = frame.readUInt32LE(at)) {
    blocks += 1;
    at += 4 + (size & ~LZ4.isStored) + (flags & LZ4.blockChecksums ? 4 : 0);
  }
  return blocks * blockBytes;
}
