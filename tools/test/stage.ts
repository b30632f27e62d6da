import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT } from '../dev/settings.ts';

export interface StageResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

let current: ChildProcess | undefined;

/** Ends the command that the present stage runs, with all processes of its process group. */
export function stopStage(signal: NodeJS.Signals): void {
  if (current?.pid === undefined) return;
  try {
    process.kill(-current.pid, signal);
  } catch {
    // The process group has ended meanwhile.
  }
}

/** Runs a command of node_modules with its output on the terminal; resolves to whether it ended well. */
export function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const bin = join(ROOT, 'node_modules/.bin');
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
      // node_modules/.bin first: commands that are started from here use the same Node.
      env: { ...process.env, ...env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    });
    current = child;
    child.once('error', () => resolve(false));
    child.once('close', (code) => {
      current = undefined;
      resolve(code === 0);
    });
  });
}

/** A stage that is one test: it holds or it does not. Its commands run in turn, all of them, so that all is said. */
export async function checkStage(name: string, commands: readonly (readonly string[])[]): Promise<StageResult> {
  const startedAt = performance.now();
  announce(name);
  let ok = true;
  for (const command of commands) ok = (await runCommand(command)) && ok;
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, seconds: secondsSince(startedAt) };
}

export const announce = (name: string): void =>
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}`);
export const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000;
