import { Worker } from 'node:worker_threads';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rawReceiver, respond, waitFor } from '@signet/testing';
import type { Answer, RawReceiver } from '@signet/testing';
import type { EgressClient, EgressClientOptions } from './egress-client.ts';
import { EgressClosedError, EgressWithheldError } from './egress-client.ts';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';

describe('a POST', () => {
  let client: EgressClient;
  let receiver: RawReceiver | undefined;

  beforeEach(() => {
    client = loopbackClient();
  });
  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
    await Promise.all([client, ...others.splice(0)].map((one) => one.close()));
  });
  const others: EgressClient[] = [];
  const another = (options: Partial<EgressClientOptions>): EgressClient => {
    const one = loopbackClient(options);
    others.push(one);
    return one;
  };
  const receive = async (answer: Answer = (socket) => respond(socket)): Promise<RawReceiver> =>
    (receiver = await rawReceiver(answer));

  test('sends exactly the given headers and bytes, and returns the response', async () => {
    const { url, port, requests } = await receive((socket) => respond(socket, 'thanks', '202 Accepted', 'X-A: b\r\n'));
    const body = Buffer.from('{"type":"sale.created","data":"ü"}');
    const headers = { 'content-type': 'application/json', 'webhook-id': 'a', authorization: 'Bearer x' };
    const response = responseOf(await client.post(aRequest(`${url}?a=b%20c`, { headers, body })));
    expect(requests[0]).toBe(
      `POST /hook?a=b%20c HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\n` +
        'content-type: application/json\r\nwebhook-id: a\r\nauthorization: Bearer x\r\n' +
        `content-length: ${body.length}\r\n\r\n${body.toString('latin1')}`,
    );
    expect(response).toMatchObject({
      statusCode: 202,
      headers: { 'x-a': 'b', 'content-length': '6' },
      bodyTruncated: false,
      address: '127.0.0.1',
      retriedStaleConnection: false,
    });
    expect(response.body.toString()).toBe('thanks');
  });

  test.each(["/hook?name=O'Brien", '/hook?', '/a;b//c?d=../e&f[]=%c3%BC'])(
    'sends %s byte for byte, and says so',
    async (target) => {
      const { port, requests } = await receive();
      const url = `http://127.0.0.1:${port}${target}`;
      expect(responseOf(await client.post(aRequest(url))).url).toBe(url);
      expect(requests[0]).toContain(`POST ${target} HTTP/1.1\r\n`);
    },
  );

  test('returns the URL as it was sent, where a request cannot carry it as it was written', async () => {
    const { port, requests } = await receive();
    const { url } = responseOf(await client.post(aRequest(`HTTP://LOCALHOST:${port}/a/%2e%2E/b?it's`)));
    expect(url).toBe(`http://localhost:${port}/b?it%27s`);
    expect(requests[0]).toContain('POST /b?it%27s HTTP/1.1\r\n');
  });

  test('uses a connection again, and knows times of opening only for a new one', async () => {
    const { url, sockets } = await receive();
    const first = responseOf(await client.post(aRequest(url)));
    const second = responseOf(await client.post(aRequest(url)));
    expect(sockets).toHaveLength(1);
    expect(first.timings).toMatchObject({ dnsMs: null, connectMs: expect.any(Number), tlsMs: null });
    expect(second.timings).toMatchObject({ dnsMs: null, connectMs: null, firstByteMs: expect.any(Number) });
  });

  test('reads a small rest of a body to its end and keeps the connection', async () => {
    const { url, sockets } = await receive((socket) => respond(socket, 'x'.repeat(30_000)));
    for (let round = 0; round < 2; round++) {
      const response = responseOf(await client.post(aRequest(url)));
      expect(response).toMatchObject({ statusCode: 200, bodyTruncated: true });
      expect(response.body).toHaveLength(10_240);
    }
    expect(sockets).toHaveLength(1);
  });

  test('ends the connection rather than read a large rest', async () => {
    const { url, sockets } = await receive((socket) => respond(socket, 'x'.repeat(1_000_000)));
    expect(responseOf(await client.post(aRequest(url))).bodyTruncated).toBe(true);
    await waitFor(() => sockets[0]?.destroyed, { what: 'the connection to be closed' });
  });

  test('is answered at once although a small rest of the body never comes, and the rest is not awaited for ever', async () => {
    const { url, sockets } = await receive((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 20000\r\n\r\n${'x'.repeat(15_000)}`),
    );
    const response = responseOf(await client.post(aRequest(url, { timeoutMs: 1_000 })));
    expect(response).toMatchObject({ statusCode: 200, bodyTruncated: true });
    await waitFor(() => sockets[0]?.destroyed, { what: 'the connection to be closed' });
  });

  test('does not call a body of exactly the limit truncated', async () => {
    const { url } = await receive((socket) => respond(socket, 'x'.repeat(10_240)));
    const response = responseOf(await client.post(aRequest(url)));
    expect(response.bodyTruncated).toBe(false);
    expect(response.body).toHaveLength(10_240);
  });

  test('is sent once more when the kept connection turns out to be closed', async () => {
    const { url, requests, sockets } = await receive((socket, { connection, index }) => {
      // The first connection dies under its second request, as when a receiver has just timed it out.
      if (connection === 1 && index === 1) socket.resetAndDestroy();
      else respond(socket);
    });
    expect(responseOf(await client.post(aRequest(url))).retriedStaleConnection).toBe(false);
    const second = responseOf(await client.post(aRequest(url)));
    expect(second).toMatchObject({ statusCode: 200, retriedStaleConnection: true });
    expect(second.timings.connectMs).toEqual(expect.any(Number));
    expect([requests.length, sockets.length]).toEqual([3, 2]);
    await waitFor(() => sockets[1]?.destroyed, { what: 'the connection of the repetition to be closed' });
  });

  test('is sent once more only once', async () => {
    const { url, requests } = await receive((socket, { connection, index }) => {
      if (connection === 1 && index === 0) respond(socket);
      else socket.resetAndDestroy();
    });
    responseOf(await client.post(aRequest(url)));
    const failure = failureOf(await client.post(aRequest(url)));
    expect(failure).toMatchObject({ errorClass: 'reset', retriedStaleConnection: true });
    expect(requests).toHaveLength(3);
  });

  test('is not sent once more when a byte of the response had come', async () => {
    const { url, requests } = await receive((socket, { index }) => {
      if (index === 0) respond(socket);
      else socket.write('HTTP/1.1 200 OK\r\n', () => socket.end());
    });
    responseOf(await client.post(aRequest(url)));
    const failure = failureOf(await client.post(aRequest(url)));
    expect(failure).toMatchObject({ errorClass: 'reset', retriedStaleConnection: false });
    expect(requests).toHaveLength(2);
  });

  test('finds the next address when the first one refuses', async () => {
    const { port, requests } = await receive();
    const resolve = () => Promise.resolve(['127.9.9.9', '127.0.0.1'].map((address) => ({ address, family: 4 })));
    const choosy = another({ resolve });
    const response = responseOf(await choosy.post(aRequest(`http://hooks.example.com:${port}/`)));
    expect(response.address).toBe('127.0.0.1');
    expect(requests[0]).toContain(`host: hooks.example.com:${port}\r\n`);
  });

  test('to a port on which no server listens could not connect', async () => {
    const { url, close } = await receive();
    await close();
    const failure = failureOf(await client.post(aRequest(url)));
    expect(failure).toMatchObject({ errorClass: 'connect', address: '127.0.0.1' });
    expect(failure.message).toBe('No connection could be opened (ECONNREFUSED).');
  });

  test('to a name that does not exist fails in DNS', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const lost = another({ resolve });
    const failure = failureOf(await lost.post(aRequest('http://nowhere.example.com/')));
    expect(failure).toMatchObject({ errorClass: 'dns', address: null });
  });

  test('to a name whose look-up hangs ends when the time is over', async () => {
    const hanging = another({ resolve: () => new Promise(() => undefined) });
    const failure = failureOf(await hanging.post(aRequest('http://slow.example.com/', { timeoutMs: 100 })));
    expect(failure).toMatchObject({ errorClass: 'timeout', address: null });
    expect(failure.message).toContain('while the host name was looked up');
  });

  test('that waits for a free connection ends when its own time is over, and is never sent', async () => {
    const { url, requests, sockets } = await receive((socket, { text }) => {
      if (!text.includes('"slow"')) respond(socket);
    });
    const narrow = another({ maxConnectionsPerHost: 1 });
    const slow = narrow.post(aRequest(url, { timeoutMs: 1_000, body: Buffer.from('"slow"') }));
    await waitFor(() => requests.length === 1, { what: 'the slow one to have the connection' });
    const waiting = failureOf(await narrow.post(aRequest(url, { timeoutMs: 100, body: Buffer.from('"waiting"') })));
    expect(waiting.message).toContain('while it waited for a free connection');
    expect(failureOf(await slow).errorClass).toBe('timeout');
    responseOf(await narrow.post(aRequest(url, { body: Buffer.from('"next"') })));
    expect(requests.map((request) => request.split('\r\n\r\n')[1])).toEqual(['"slow"', '"next"']);
    expect(sockets).toHaveLength(2);
  });

  test('that may not begin any more is withheld when there is a connection for it, or as soon as that is asked', async () => {
    let answer = (): void => undefined;
    const { url, requests } = await receive((socket) => {
      answer = () => respond(socket);
    });
    const narrow = another({ maxConnectionsPerHost: 1 });
    let may = true;
    const mayBegin = (): boolean => may;
    const first = narrow.post(aRequest(url, { mayBegin }));
    await waitFor(() => requests.length === 1, { what: 'the first request' });
    const second = narrow.post(aRequest(url, { mayBegin })).catch((error: unknown) => error);
    const third = narrow.post(aRequest(url));
    may = false;
    narrow.withholdWaiting();
    expect(await second).toBeInstanceOf(EgressWithheldError);
    const fourth = narrow.post(aRequest(url, { mayBegin })).catch((error: unknown) => error);
    answer();
    // The request that has begun goes on, and requests without `mayBegin` pass.
    responseOf(await first);
    await waitFor(() => requests.length === 2, { what: 'the third request' });
    answer();
    responseOf(await third);
    expect(await fourth).toBeInstanceOf(EgressWithheldError);
    expect(requests).toHaveLength(2);
  });

  test('to a host that answers no SYN ends when the time is over', async () => {
    // A listener whose queue is full and never emptied: the kernel drops further connections in silence.
    const listener = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
      { eval: true },
    );
    const [port] = (await once(listener, 'message')) as [number];
    const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await waitFor(() => fillers.some((socket) => !socket.connecting), { what: 'the queue to fill' });
    const failure = failureOf(await client.post(aRequest(`http://127.0.0.1:${port}/`, { timeoutMs: 300 })));
    expect(failure).toMatchObject({ errorClass: 'timeout', message: 'The time of 300 ms was over while connecting.' });
    fillers.forEach((socket) => socket.destroy());
    await listener.terminate();
  });

  test.each(['host', 'Connection', 'transfer-encoding', 'Content-Length', 'proxy-authorization'])(
    'that brings the header %s is not sent',
    async (name) => {
      const { url, sockets } = await receive();
      const failure = failureOf(await client.post(aRequest(url, { headers: { [name]: 'close' } })));
      expect(failure).toMatchObject({ errorClass: 'invalid_request', message: expect.stringContaining(name) });
      expect(sockets).toHaveLength(0);
    },
  );

  test('with a header of two lines is not sent', async () => {
    const { url, requests } = await receive();
    const failure = failureOf(await client.post(aRequest(url, { headers: { 'x-a': 'b\r\nhost: c' } })));
    expect(failure.errorClass).toBe('invalid_request');
    expect(requests).toHaveLength(0);
  });

  test('to more hosts than are kept closes the connections of the one unused for longest', async () => {
    const small = another({ maxHosts: 1 });
    const first = await receive();
    const second = await rawReceiver((socket) => respond(socket));
    responseOf(await small.post(aRequest(first.url)));
    responseOf(await small.post(aRequest(second.url)));
    await waitFor(() => first.sockets[0]?.destroyed, { what: 'the first connection to be closed' });
    responseOf(await small.post(aRequest(first.url)));
    await second.close();
  });

  test('under way is waited for when the client closes; none is taken after that', async () => {
    const { url, requests, sockets } = await receive((socket) => setImmediate(() => respond(socket)));
    const underWay = client.post(aRequest(url));
    await client.close();
    expect(responseOf(await underWay).statusCode).toBe(200);
    await expect(client.post(aRequest(url))).rejects.toThrow(EgressClosedError);
    expect(requests).toHaveLength(1);
    await waitFor(() => sockets[0]?.destroyed, { what: 'the connection to be closed' });
    client = loopbackClient();
  });
});
