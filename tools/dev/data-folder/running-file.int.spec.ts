import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markOf } from '@signet/embedded';
import { RunningFile } from './running-file.ts';

let folder: string;
let file: string;
let sleeper: ChildProcess;
const lines: string[] = [];
const log = (line: string): void => void lines.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-running-'));
  file = join(folder, 'running.json');
  sleeper = spawn('sleep', ['60']);
  lines.length = 0;
});
afterEach(() => {
  sleeper.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const GONE = { pid: 999_999_999, startedAt: '1' };

test('processes that a killed launcher left behind are ended by the next one', async () => {
  const left = markOf(Number(sleeper.pid));
  writeFileSync(file, JSON.stringify({ launcher: GONE, processes: { delivery: left } }));
  await new RunningFile(file).takeOver(log);
  expect(markOf(Number(sleeper.pid))).toBeUndefined();
  expect(lines).toEqual([`Ending delivery, which an earlier run left behind (process ${sleeper.pid})`]);
});

test('a process that only has the same id is left alone', async () => {
  const stranger = { pid: sleeper.pid, startedAt: '1' };
  writeFileSync(file, JSON.stringify({ launcher: GONE, processes: { delivery: stranger } }));
  await new RunningFile(file).takeOver(log);
  expect(markOf(Number(sleeper.pid))).toBeDefined();
});

test('a launcher that still runs keeps its data folder', async () => {
  const launcher = markOf(Number(sleeper.pid));
  writeFileSync(file, JSON.stringify({ launcher, processes: {} }));
  await expect(new RunningFile(file).takeOver(log)).rejects.toThrow('Signet runs already with this data folder');
});

test('the file is for us alone, and goes at the end', async () => {
  const running = new RunningFile(file);
  await running.takeOver(log);
  running.add('registry', Number(sleeper.pid));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  running.close();
  expect(existsSync(file)).toBe(false);
});
