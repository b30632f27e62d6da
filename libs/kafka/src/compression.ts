import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import kafkajs from 'kafkajs';
import { uncompressSync as unsnappy } from 'snappy';
import { decompressFrameSync as unlz4 } from 'lz4-napi';

/** How kafkajs calls what compresses the records of a batch, and gets them back. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

const { CompressionTypes, CompressionCodecs } = kafkajs;
/** Nothing that Kafka takes is larger; what claims to be is a mistake or an attack, and would cost the memory of all. */
const MAX_BYTES = 64 * 1_048_576;

let isRegistered = false;

/**
 * kafkajs reads gzip alone by itself and stops at a batch in any other form; which one it is, each producer chooses for
 * itself, and a topic's `compression.type` for all. These are the other three that Kafka knows.
 */
export function registerCodecs(): void {
  if (isRegistered) return;
  isRegistered = true;
  const codecs = CompressionCodecs as Record<number, () => Codec>;
  codecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }) => zstdCompressSync(buffer, { params: FAST }),
    decompress: async (buffer) => zstdDecompressSync(buffer, { maxOutputLength: MAX_BYTES }),
  });
  codecs[CompressionTypes.Snappy] = () => ({ compress: unused, decompress: async (buffer) => snappyStream(buffer) });
  codecs[CompressionTypes.LZ4] = () => ({ compress: unused, decompress: async (buffer) => unlz4(buffer) });
}

const FAST = { [constants.ZSTD_c_compressionLevel]: 1 };

const unused = (): Promise<Buffer> => Promise.reject(new Error('Signet does not produce in this form.'));

/** What begins a stream of Xerial's snappy-java: eight bytes of magic, a version and the oldest that can read it. */
const XERIAL = Buffer.from('\x82SNAPPY\0', 'latin1');
const XERIAL_HEADER_BYTES = 16;

/** Java's producers, and the broker, write Xerial's stream of length-prefixed blocks; librdkafka writes one bare block. */
function snappyStream(buffer: Buffer): Buffer {
  if (!buffer.subarray(0, XERIAL.length).equals(XERIAL)) return unsnappy(buffer, { asBuffer: true }) as Buffer;
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < buffer.length;) {
    const end = at + 4 + buffer.readUInt32BE(at);
    blocks.push(unsnappy(buffer.subarray(at + 4, end), { asBuffer: true }) as Buffer);
    at = end;
  }
  return Buffer.concat(blocks);
}
