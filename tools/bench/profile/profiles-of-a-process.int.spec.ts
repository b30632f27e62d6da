import { afterAll, afterEach, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { hasProc } from '../measure/proc.ts';
import { Inspector } from '../observe/inspector.ts';

const onLinux = hasProc ? test : test.skip;
const children: ChildProcess[] = [];
const inspectors: Inspector[] = [];
afterEach(() => inspectors.splice(0).forEach((one) => one.close()));
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

/** A program that works for as long as it is told to, and listens on a port for other reasons. */
const PROGRAM = `
  const server = require('node:http').createServer((_, response) => response.end('no inspector'));
  function hardWork(until) { while (Date.now() < until); }
  process.stdin.on('data', () => { hardWork(Date.now() + 200); console.log('done'); });
  server.listen(0, '127.0.0.1', () => console.log('ready'));`;

async function program(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--inspect-port=127.0.0.1:0', '-e', PROGRAM], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  children.push(child);
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

const open = async ({ pid = 0 }: ChildProcess): Promise<Inspector> => {
  const inspector = await Inspector.of(pid);
  inspectors.push(inspector);
  return inspector;
};

onLinux('a running process opens its inspector when it is asked to, and tells what it does meanwhile', async () => {
  const child = await program();
  const inspector = await open(child);
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.start');
  child.stdin?.write('go\n');
  if (child.stdout) await once(child.stdout, 'data');
  const { profile } = await inspector.call<Profiler.StopReturnType>('Profiler.stop');
  expect(profile.nodes.map(({ callFrame }) => callFrame.functionName)).toContain('hardWork');
});

onLinux('two processes have an inspector each, and one that is open is found again', async () => {
  const [one, other] = [await program(), await program()];
  const pids = [];
  for (const child of [one, other, one]) {
    const inspector = await open(child);
    const { result } = await inspector.call<{ result: { value: number } }>('Runtime.evaluate', {
      expression: 'process.pid',
    });
    pids.push(result.value);
  }
  expect(pids).toEqual([one.pid, other.pid, one.pid]);
});

onLinux('a call fails when the process refuses it or has ended', async () => {
  const child = await program();
  const inspector = await open(child);
  await expect(inspector.call('Profiler.nonsense')).rejects.toThrow('Profiler.nonsense');
  const pending = inspector.call('Runtime.evaluate', {
    expression: 'new Promise(() => undefined)',
    awaitPromise: true,
  });
  child.kill('SIGKILL');
  await expect(pending).rejects.toThrow('ended');
});
