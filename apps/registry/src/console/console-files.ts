import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface ConsoleFile {
  readonly type: string;
  readonly etag: string;
  /** The file's name holds a hash of its content, so its content never changes. */
  readonly isImmutable: boolean;
  readonly plain: Buffer;
  /** The compressed forms of the file by content coding, as the build has written them. */
  readonly coded: Readonly<Record<'br' | 'gzip', Buffer | undefined>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export const INDEX = 'index.html';

/**
 * Every file of the built console by its path, such as `assets/index-BPSaNABG.js`: about 2 MB, read once, so that no
 * request reads the file system and no path can leave the folder. undefined: the console is not built.
 */
export function readConsole(folder: string): ReadonlyMap<string, ConsoleFile> | undefined {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch {
    return undefined;
  }
  const files = new Map<string, ConsoleFile>();
  for (const name of names) {
    const type = TYPES[extname(name)];
    // A compressed file lies beside its original and is found with it.
    if (type === undefined) continue;
    const read = (ending: string): Buffer | undefined =>
      names.includes(name + ending) ? readFileSync(join(folder, name + ending)) : undefined;
    const plain = readFileSync(join(folder, name));
    files.set(name.split(sep).join('/'), {
      type,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`,
      isImmutable: name.startsWith(`assets${sep}`),
      plain,
      coded: { br: read('.br'), gzip: read('.gz') },
    });
  }
  return files.has(INDEX) ? files : undefined;
}
