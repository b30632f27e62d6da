import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markOf } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { Supervised } from './supervised.ts';

let folder: string;
let lines: string[];
let pids: number[];
let service: Supervised | undefined;

/** A service that says when it is ready, in a file, and whatever else `code` does. */
function supervise(code: string, options: { readyTimeoutMs?: number } = {}): Supervised {
  const script = join(folder, 'service.mjs');
  const ready = join(folder, 'ready');
  writeFileSync(script, `import { writeFileSync } from 'node:fs';\nsetInterval(() => {}, 1000);\n${code}`);
  service = new Supervised({
    name: 'dummy',
    script,
    logFile: join(folder, 'dummy.log'),
    env: { ...process.env, READY: ready },
    isReady: async () => readFileSync(ready, 'utf8') === String(pids.at(-1)),
    onStart: (pid) => pids.push(pid),
    log: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    ...options,
  });
  return service;
}

const READY = 'writeFileSync(process.env.READY, String(process.pid));\n';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-supervised-'));
  lines = [];
  pids = [];
});
afterEach(async () => {
  await service?.stop({ hard: true });
  rmSync(folder, { recursive: true });
});

test('a service that is killed is started again, and that is said', async () => {
  const dummy = supervise(READY);
  await dummy.start();
  process.kill(Number(pids[0]), 'SIGKILL');
  await waitFor(() => lines.some((line) => line.includes('is back')), { what: 'the second process' });
  expect(pids).toHaveLength(2);
  expect(lines[0]).toBe(`dummy (process ${pids[0]}) ended with SIGKILL; starting it again`);
  expect(dummy.pid).toBe(pids[1]);
});

test('a service that ends before it was ever ready is not tried again, and its log says why', async () => {
  const start = supervise(`console.error('SIGNET_PORT must be a number'); process.exit(78);`).start();
  await expect(start).rejects.toThrow(/exit code 78[\s\S]*SIGNET_PORT must be a number/);
  expect(pids).toHaveLength(1);
});

test('a service that never becomes ready is given up', async () => {
  const start = supervise('', { readyTimeoutMs: 300 }).start();
  await expect(start).rejects.toThrow('dummy was not ready within 0.3 s');
});

test('warnings and crashes in its log are shown, the rest is not', async () => {
  const code = `console.log('{"level":30,"msg":"quiet"}');console.log('{"level":40,"context":"Relay","msg":"late"}');`;
  await supervise(`${code}console.error('Error: boom');${READY}`).start();
  await waitFor(() => lines.length === 2, { what: 'two lines' });
  expect(lines).toEqual(['dummy: Relay: late', 'dummy: Error: boom']);
});

test('a stopped service gets the time to end by itself and stays away', async () => {
  const done = `process.on('SIGTERM', () => { console.error('draining'); process.exit(0); });\n`;
  const dummy = supervise(done + READY);
  await dummy.start();
  await dummy.stop();
  expect(markOf(Number(pids[0]))).toBeUndefined();
  expect(readFileSync(join(folder, 'dummy.log'), 'utf8')).toBe('draining\n');
  expect(pids).toHaveLength(1);
});

test('a service that does not listen to SIGTERM is killed by the second, harder stop', async () => {
  const dummy = supervise(`process.on('SIGTERM', () => {});\n${READY}`);
  await dummy.start();
  const gentle = dummy.stop();
  await dummy.stop({ hard: true });
  await gentle;
  expect(markOf(Number(pids[0]))).toBeUndefined();
});
