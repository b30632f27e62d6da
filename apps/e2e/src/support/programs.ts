import { execFileSync, spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** Whether a program that the README lists for all tests is on this machine. */
export const hasProgram = (name: string, ...args: string[]): boolean =>
  spawnSync(name, args.length > 0 ? args : ['--version'], { stdio: 'ignore' }).status === 0;

/** A test that needs a program that is not ours; without it, the test is reported as skipped. */
export const testWith = (isThere: boolean): typeof test => (isThere ? test : (test.skip as unknown as typeof test));

/** Runs a program with input and returns its output; `env` is added to the environment. */
export const run = (
  program: string,
  args: readonly string[],
  input = '',
  { cwd, env }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): string => execFileSync(program, args, { input, encoding: 'utf8', cwd, env: { ...process.env, ...env } });
