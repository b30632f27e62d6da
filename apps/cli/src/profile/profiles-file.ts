import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../errors.ts';

const profile = z.strictObject({
  url: z.string(),
  /** Of a tenant or an operator. */
  key: z.string().optional(),
  /** Of a producer, for `signet trigger`. */
  producerKey: z.string().optional(),
});
const profiles = z.strictObject({
  /** The profile that is used where none is named. */
  current: z.string(),
  profiles: z.record(z.string(), profile),
});

export type Profile = Readonly<z.infer<typeof profile>>;
export interface Profiles {
  readonly current: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

export const NO_PROFILES: Profiles = { current: 'default', profiles: {} };

/** Permissions of others; a file with keys may have none of them. */
const OTHERS = 0o077;

/** Where the keys are: XDG_CONFIG_HOME is `~/.config` where it is not set (XDG Base Directory Specification 0.8). */
export function profilesFile(env: NodeJS.ProcessEnv): string {
  const home = env['XDG_CONFIG_HOME'];
  return join(home === undefined || home === '' ? join(homedir(), '.config') : home, 'signet', 'profiles.json');
}

/** @throws Refusal when others may read the file, or it is not one of ours */
export function readProfiles(file: string): Profiles {
  let text: string;
  try {
    if ((statSync(file).mode & OTHERS) !== 0 && process.platform !== 'win32')
      throw new Refusal(`Other users may read the keys in ${file}. Change that first: chmod 600 ${file}`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_PROFILES;
    throw error;
  }
  const parsed = profiles.safeParse(parsedOrUndefined(text));
  if (!parsed.success) throw new Refusal(`${file} is not as signet login writes it. Remove it, and log in again.`);
  return parsed.data;
}

/** Writes the file whole or not at all, readable by this user only. */
export function writeProfiles(file: string, value: Profiles): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const half = `${file}.${process.pid}`;
  writeFileSync(half, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  // A file of an earlier, interrupted run may have other permissions.
  chmodSync(half, 0o600);
  renameSync(half, file);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
