import { afterEach, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandLineOf, endProcess, isRunning, markOf } from './processes.ts';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

async function start(script: string): Promise<number> {
  child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  if (child.stdout) await once(child.stdout, 'data');
  return Number(child.pid);
}

test('a process is recognised by its start as well as its id', async () => {
  const pid = await start('echo up; while :; do sleep 0.05; done');
  const mark = markOf(pid);
  expect(mark).toBeDefined();
  expect(isRunning({ pid, startedAt: String(mark?.startedAt) })).toBe(true);
  expect(isRunning({ pid, startedAt: 'another time' })).toBe(false);
  expect(commandLineOf(pid)).toContain('sleep 0.05');
});

test('a process that does not listen to the first signal gets the next one', async () => {
  const pid = await start("trap '' TERM; echo up; while :; do sleep 0.05; done");
  const mark = markOf(pid);
  if (mark === undefined) throw new Error('not started');
  const steps = [
    { signal: 'SIGTERM', waitMs: 200 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ] as const;
  expect(await endProcess(mark, steps)).toBe('SIGKILL');
  expect(markOf(pid)).toBeUndefined();
  expect(await endProcess(mark, steps)).toBeUndefined();
});
