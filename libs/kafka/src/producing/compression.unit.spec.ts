import { expect, test } from '@jest/globals';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { MAX_UNPACKED_BYTES, registerCodecs } from './compression.ts';
import { unreadableRecords } from '../consuming/unreadable-records.ts';

registerCodecs();

/** As Java's producers write it. */
function xerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')];
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = compressSync(bytes.subarray(at, at + 32_768));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

const FORMS = [
  { name: 'gzip', type: kafkajs.CompressionTypes.GZIP, pack: gzipSync },
  { name: 'Snappy, a stream', type: kafkajs.CompressionTypes.Snappy, pack: xerial },
  { name: 'Snappy, a bare block', type: kafkajs.CompressionTypes.Snappy, pack: compressSync },
  { name: 'LZ4', type: kafkajs.CompressionTypes.LZ4, pack: compressFrameSync },
  { name: 'Zstandard', type: kafkajs.CompressionTypes.ZSTD, pack: zstdCompressSync },
];

function unpack(type: kafkajs.CompressionTypes, buffer: Buffer): Promise<Buffer> {
  const codecs = kafkajs.CompressionCodecs as unknown as Record<
    number,
    () => { decompress(buffer: Buffer): Promise<Buffer> }
  >;
  return codecs[type]!().decompress(buffer);
}

test.each(FORMS)('$name is unpacked', async ({ type, pack }) => {
  const bytes = Buffer.from('sale.created '.repeat(30_000));
  expect(bytes.equals(await unpack(type, pack(bytes)))).toBe(true);
});

test.each(FORMS)('$name is unpacked up to a size, and no further', async ({ type, pack }) => {
  const tooLarge = pack(Buffer.alloc(MAX_UNPACKED_BYTES + 1));
  expect((await unpack(type, tooLarge)).equals(unreadableRecords())).toBe(true);
});

test.each(FORMS)('$name that is cut off, or something else, is unreadable and no error', async ({ type, pack }) => {
  const packed = pack(Buffer.from('sale.created '.repeat(30_000)));
  for (const broken of [packed.subarray(0, -5), packed.subarray(0, 3), Buffer.alloc(0), Buffer.from('{"a": 1}')]) {
    expect((await unpack(type, broken)).equals(unreadableRecords())).toBe(true);
  }
});
