import kafkajs from 'kafkajs';
import type { ICustomPartitioner } from 'kafkajs';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * Kafka's hash of a key: 32-bit MurmurHash2, as in the Java client. kafkajs' own version computes with numbers that grow with the
 * key: it takes 20 µs for a UUID, a large part of the cost of a record, and minutes for a key of a megabyte.
 */
export function murmur2(key: Buffer): number {
  const length = key.length;
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = Math.imul(key.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> R), M);
  }
  const rest = length - at;
  if (rest === 3) hash ^= (key[at + 2] ?? 0) << 16;
  if (rest >= 2) hash ^= (key[at + 1] ?? 0) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (key[at] ?? 0), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/** The partition of a key among so many, as Kafka's default partitioner chooses it. */
export const partitionOf = (key: Buffer, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;

/** Chooses the partition as Kafka's default partitioner does; records without a key are spread over all partitions. */
export const partitioner: ICustomPartitioner = () => {
  const withoutKey = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const { key, partition } = args.message;
    if (typeof partition === 'number') return partition;
    if (key === null || key === undefined) return withoutKey(args);
    return partitionOf(typeof key === 'string' ? Buffer.from(key) : key, args.partitionMetadata.length);
  };
};
