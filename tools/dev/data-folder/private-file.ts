import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes JSON that only we may read (mode 600), whole or not at all: a reader never sees half of it. */
export function writePrivateJson(file: string, value: unknown): void {
  const half = `${file}.${process.pid}`;
  writeFileSync(half, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, file);
}

/** undefined when there is no such file, or when it is not JSON. */
export function readPrivateJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

export const removeFile = (file: string): void => rmSync(file, { force: true });
