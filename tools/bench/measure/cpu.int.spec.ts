import { afterEach, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { CpuMeter, signetSeconds, spentBetween } from './cpu.ts';
import { commandOf, hasProc, listenersOn, statOf } from './proc.ts';
import type { Part } from './signet-processes.ts';

const onLinux = hasProc ? test : test.skip;
const children: ChildProcess[] = [];

/** Runs JavaScript in a process of its own; resolves when it has written its first line. */
async function program(source: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', source], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

/** Burns CPU by its own clock of CPU time, beside what its start has cost. */
const burn = (seconds: number): string =>
  `const start = process.cpuUsage();
   const spent = () => { const { user, system } = process.cpuUsage(start); return user + system; };
   while (spent() < ${seconds * 1e6});`;
/** Says "done", and stays. */
const STAY = `console.log('done'); process.stdin.resume();`;

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const part = (name: Part['name'], { pid = 0 }: ChildProcess, withChildren = false): Part => ({
  name,
  rootPid: pid,
  withChildren,
});

onLinux('CPU of a process is what the process itself says that it has spent', async () => {
  const child = await program(`process.stdin.once('data', () => { ${burn(0.5)} ${STAY} }); console.log('ready');`);
  const meter = new CpuMeter([part('delivery', child)], 0);
  const before = meter.read();
  child.stdin?.write('go\n');
  if (child.stdout) await once(child.stdout, 'data');
  const spent = spentBetween(before, meter.read());
  const total = statOf(child.pid ?? 0)?.cpuSeconds ?? 0;
  expect(signetSeconds(spent)).toBeGreaterThanOrEqual(0.48);
  expect(signetSeconds(spent)).toBeLessThanOrEqual(total);
});

onLinux('the children of a database count, those that have ended too', async () => {
  const child = await program(`
    const { spawn, spawnSync } = require('node:child_process');
    process.stdin.once('data', () => {
      spawnSync(process.execPath, ['-e', ${JSON.stringify(burn(0.3))}]);
      spawn(process.execPath, ['-e', ${JSON.stringify(burn(0.3) + STAY)}], { stdio: ['pipe', 'inherit', 'inherit'] });
    });
    console.log('ready');`);
  const family = new CpuMeter([part('postgres', child, true)], 0);
  const alone = new CpuMeter([part('postgres', child)], 0);
  const [familyBefore, aloneBefore] = [family.read(), alone.read()];
  child.stdin?.write('go\n');
  if (child.stdout) await once(child.stdout, 'data');
  // The process's own reading comes first: the CPU that it spends before our reading only makes the difference larger.
  const own = signetSeconds(spentBetween(aloneBefore, alone.read()));
  const all = signetSeconds(spentBetween(familyBefore, family.read()));
  expect(all - own).toBeGreaterThanOrEqual(0.55);
});

onLinux('a process is found by the port that it listens on', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [pid = 0] = listenersOn((server.address() as AddressInfo).port);
  expect(pid).toBe(process.pid);
  expect(commandOf(pid)).toContain('jest');
  server.close();
});
