import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EgressRules } from '@signet/egress';
import type { EgressClientOptions } from '@signet/egress';
import { selfSigned } from '@signet/testing';
import { CanaryClient } from './canary.ts';

let servers: Server[];
let canaries: CanaryClient[];
let now: number;
beforeEach(() => {
  [servers, canaries] = [[], []];
  now = Date.parse('2026-03-01T10:00:00Z');
});
afterEach(async () => {
  await Promise.all(canaries.map((canary) => canary.close()));
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const receiver = (listener: RequestListener): Promise<number> =>
  listening(createServer((request, response) => request.resume().on('end', () => listener(request, response))));
const answering = (status: number): Promise<number> =>
  receiver((_, response) => {
    response.writeHead(status).end('any body');
  });

/** @param resolve for a host with a name; addresses need none */
function canaryOf(url: string | undefined, resolve?: EgressClientOptions['resolve'], allow = ['127.0.0.0/8']) {
  const canary = new CanaryClient(url, new EgressRules({ allow }), () => new Date(now), resolve);
  canaries.push(canary);
  return canary;
}
const LOCAL = 'http://127.0.0.1';

test.each([204, 404, 410, 503])('an answer of %i shows that the way is open', async (status) => {
  expect(await canaryOf(`${LOCAL}:${await answering(status)}/health`).isReached()).toBe(true);
});

test('the canary is asked with a POST of an empty JSON object, as receivers are', async () => {
  const asked: unknown[] = [];
  const port = await receiver((request, response) => {
    asked.push([request.method, request.url, request.headers['content-type'], request.headers['content-length']]);
    response.end();
  });
  await canaryOf(`${LOCAL}:${port}/health`).isReached();
  expect(asked).toEqual([['POST', '/health', 'application/json', '2']]);
});

test('a connection that is refused, broken off or not trusted is no answer', async () => {
  const gone = await answering(200);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const breaking = await receiver((request) => request.socket.destroy());
  const secure = await listening(createHttps(selfSigned('127.0.0.1'), (_, response) => response.end()));
  for (const url of [`${LOCAL}:${gone}`, `${LOCAL}:${breaking}`, `https://127.0.0.1:${secure}`])
    expect([url, await canaryOf(url).isReached()]).toEqual([url, false]);
});

test('a canary that takes the request and does not answer is given up', async () => {
  const silent = await receiver(() => undefined);
  expect(await canaryOf(`${LOCAL}:${silent}`).isReached()).toBe(false);
});

test('the egress guard holds for it, too', async () => {
  let isAsked = false;
  const port = await receiver((_, response) => {
    isAsked = true;
    response.end();
  });
  expect(await canaryOf(`${LOCAL}:${port}`, undefined, []).isReached()).toBe(false);
  expect(isAsked).toBe(false);
});

test('each question opens a connection of its own', async () => {
  const sockets = new Set<unknown>();
  const port = await receiver((request, response) => {
    sockets.add(request.socket);
    response.end();
  });
  const canary = canaryOf(`${LOCAL}:${port}`);
  for (let asked = 0; asked < 3; asked++) {
    expect(await canary.isReached()).toBe(true);
    const [socket] = [...sockets].slice(-1) as [{ destroyed: boolean; once(event: string, heard: () => void): void }];
    // The client lets go of it by itself.
    if (!socket.destroyed) await new Promise<void>((resolve) => socket.once('close', resolve));
  }
  expect(sockets.size).toBe(3);
});

test('an address that was looked up before shows nothing about the resolver', async () => {
  const port = await answering(200);
  let isResolverDead = false;
  const resolve = (): Promise<readonly { address: string; family: 4 }[]> =>
    isResolverDead
      ? Promise.reject(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' }))
      : Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const canary = canaryOf(`http://canary.example:${port}`, resolve);
  expect(await canary.isReached()).toBe(true);
  // The address of a moment ago is used on, and leads to an answer.
  now += 1;
  expect(await canary.isReached()).toBe(false);
  // The address is older than a second: the resolver is asked again.
  now += 2_000;
  expect(await canary.isReached()).toBe(true);
  isResolverDead = true;
  now += 2_000;
  expect(await canary.isReached()).toBe(false);
});

test('without a URL nothing is asked, and nothing is reached', async () => {
  const canary = canaryOf(undefined);
  expect([canary.isSet, await canary.isReached()]).toEqual([false, false]);
});
