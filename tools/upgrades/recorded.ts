import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FormatName } from '@signet/contracts';

/** A record as a version wrote it; the bytes in base64. */
export interface Recorded {
  readonly format: FormatName;
  /** Of the format. */
  readonly number: number;
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const FOLDER = fileURLToPath(new URL('./recorded', import.meta.url));

/** What each version wrote, by the version. */
export const recordedVersions = (): Readonly<Record<string, readonly Recorded[]>> =>
  Object.fromEntries(
    readdirSync(FOLDER).map((file) => [
      file.replace(/\.json$/, ''),
      JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Recorded[],
    ]),
  );
