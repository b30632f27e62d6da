import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Settings } from './fleet.ts';
import type { BuiltVersion } from './earlier-version.ts';

export interface AdminAnswer {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs `signet-admin` of a version with the settings of the services. */
export async function signetAdmin({ root }: BuiltVersion, settings: Settings, ...args: string[]): Promise<AdminAnswer> {
  const child = spawn(process.execPath, ['apps/admin/dist/main.js', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...settings },
  });
  let told = '';
  const keep = (text: string): void => void (told += text);
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: told.trimEnd().split('\n') };
}
