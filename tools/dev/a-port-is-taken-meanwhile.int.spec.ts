import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { freePort } from '@signet/embedded';
import { Ports } from './servers/ports.ts';

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
  const port = await new Ports().startOnOne({ what: 'The server', preferred }, async (chosen) => {
    tried.push(chosen);
    if (tried.length === 1) await listen(chosen);
    return listen(chosen);
  });
  expect(tried).toEqual([preferred, port]);
  expect(port).not.toBe(preferred);
});

test('a server that found its port taken gets another one, although that one is free again', async () => {
  const tried: number[] = [];
  const port = await new Ports().startOnOne({ what: 'The server', preferred: await freePort() }, async (chosen) => {
    tried.push(chosen);
    if (tried.length === 1) throw new Error(`listen EADDRINUSE: address already in use 127.0.0.1:${chosen}`);
    return chosen;
  });
  expect(tried).toHaveLength(2);
  expect(port).not.toBe(tried[0]);
});

test('where a person guesses the port, the next free one is taken', async () => {
  const preferred = await listen(await freePort());
  const next = await freePort(preferred);
  const wish = { what: 'The server', preferred, isGuessed: true };
  expect(await new Ports().startOnOne(wish, (port) => Promise.resolve(port))).toBe(next);
});

test('a server that does not start for another reason is not tried again', async () => {
  let starts = 0;
  const started = new Ports().startOnOne({ what: 'The server', preferred: await freePort() }, () => {
    starts += 1;
    return Promise.reject(new Error('No space left on device.'));
  });
  await expect(started).rejects.toThrow('No space left on device.');
  expect(starts).toBe(1);
});
