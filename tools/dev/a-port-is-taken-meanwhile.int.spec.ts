import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { freePort } from '@signet/embedded';
import { startOnChosenPort } from './ports.ts';

const listening: Server[] = [];
afterEach(async () => {
  for (const server of listening.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

async function listen(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  listening.push(server);
  return port;
}

test('a server whose port is taken before it listens gets another one', async () => {
  const preferred = await freePort();
  const tried: number[] = [];
  const port = await startOnChosenPort('The server', preferred, async (chosen) => {
    tried.push(chosen);
    if (tried.length === 1) await listen(chosen);
    return listen(chosen);
  });
  expect(tried).toEqual([preferred, port]);
  expect(port).not.toBe(preferred);
});

test('a server that does not start for another reason is not tried again', async () => {
  let starts = 0;
  const started = startOnChosenPort('The server', await freePort(), () => {
    starts += 1;
    return Promise.reject(new Error('No space left on device.'));
  });
  await expect(started).rejects.toThrow('No space left on device.');
  expect(starts).toBe(1);
});
