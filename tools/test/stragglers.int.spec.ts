import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { endStragglers } from './stragglers.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a process is found by its environment, others are left alone', async () => {
  const marker = randomUUID();
  const options = { detached: true, stdio: 'ignore' } as const;
  const marked = spawn('sleep', ['60'], { ...options, env: { ...process.env, SIGNET_TEST_FOLDER: `/x/${marker}` } });
  const other = spawn('sleep', ['60'], options);
  await Promise.all([once(marked, 'spawn'), once(other, 'spawn')]);
  const ended = once(marked, 'exit');
  endStragglers(marker);
  expect((await ended)[1]).toBe('SIGKILL');
  expect(other.signalCode).toBeNull();
  other.kill('SIGKILL');
});
