import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { freePort } from './free-port.ts';

let servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function occupy(port: number, host: string): Promise<void> {
  const server = createServer();
  servers = [...servers, server];
  await once(server.listen(port, host), 'listening');
}

test('the preferred port is given when it is free, the next one when it is taken on any address', async () => {
  const preferred = await freePort();
  expect(await freePort(preferred)).toBe(preferred);
  await occupy(preferred, '127.0.0.1');
  expect(await freePort(preferred)).toBeGreaterThan(preferred);
  const other = await freePort(preferred + 1);
  await occupy(other, '0.0.0.0');
  expect(await freePort(other)).toBeGreaterThan(other);
});

test('any port is one that no outgoing connection gets by chance', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(Math.max(...ports)).toBeLessThan(32_768);
  expect(Math.min(...ports)).toBeGreaterThan(1_024);
});
