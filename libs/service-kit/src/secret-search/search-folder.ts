import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Leak, SearchReport, SecretSearch } from './secret-search.ts';
import { distinct } from './secret-search.ts';

const CHUNK_BYTES = 8 * 1024 * 1024;
/** The end of a chunk is searched again with the next one, so that a secret across two chunks is found. */
const OVERLAP_BYTES = 64 * 1024;
/** Kafka's index files are skipped: they hold only offsets and times. */
const INDEX = /\.(index|timeindex)$/;

export interface SearchFolderOptions {
  readonly folder: string;
  /** Files that may hold secrets, by their paths in the folder. */
  readonly except?: readonly string[];
}

/** Searches every file of a folder and of its subfolders. */
export async function searchFolder(
  { folder, except = [] }: SearchFolderOptions,
  search: SecretSearch,
): Promise<SearchReport> {
  const leaks: Leak[] = [];
  let places = 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(folder, file);
    if (!entry.isFile() || INDEX.test(name) || except.includes(name)) continue;
    for await (const chunk of chunksOf(file)) {
      bytes += chunk.length;
      leaks.push(...search.leaksIn(`file ${name}`, chunk));
    }
    places += 1;
  }
  return { places, bytes, leaks: distinct(leaks) };
}

/** A file may disappear before it is opened: a log that is rotated, a segment that is deleted. */
async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, kept, CHUNK_BYTES - kept);
      if (bytesRead === 0) return;
      const end = kept + bytesRead;
      yield buffer.subarray(0, end);
      kept = Math.min(OVERLAP_BYTES, end);
      buffer.copyWithin(0, end - kept, end);
    }
  } finally {
    await handle.close();
  }
}
