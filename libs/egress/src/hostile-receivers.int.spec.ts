import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import type { EgressClient, EgressClientOptions } from './egress-client.ts';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';
import { rawReceiver, respond } from './fixtures/raw-receiver.ts';
import type { Answer, RawReceiver } from './fixtures/raw-receiver.ts';

const SHORT = { timeoutMs: 300 };
const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('a hostile receiver', () => {
  let client: EgressClient;
  let receiver: RawReceiver | undefined;

  beforeEach(() => {
    client = loopbackClient();
  });
  afterEach(async () => {
    await receiver?.close();
    await Promise.all([client, ...others.splice(0)].map((one) => one.close()));
  });
  const others: EgressClient[] = [];
  const another = (options: Partial<EgressClientOptions>): EgressClient => {
    const one = loopbackClient(options);
    others.push(one);
    return one;
  };
  const receive = async (answer: Answer): Promise<string> => {
    receiver = await rawReceiver(answer);
    return receiver.url;
  };
  const post = async (answer: Answer, rest = {}) => client.post(aRequest(await receive(answer), rest));
  const connectionEnds = () =>
    waitFor(() => receiver?.sockets.every((socket) => socket.destroyed), { what: 'the connection to be closed' });

  test('that never answers is left when the time is over', async () => {
    const failure = failureOf(await post(() => undefined, SHORT));
    expect(failure).toMatchObject({ errorClass: 'timeout', address: '127.0.0.1' });
    expect(failure.message).toBe('The time of 300 ms was over while waiting for a response.');
    await connectionEnds();
  });

  test('that drips its body is left when the time is over', async () => {
    const failure = failureOf(
      await post((socket) => {
        socket.write(`${HEAD}content-length: 5000\r\n\r\n`);
        const drip = setInterval(() => socket.write('.'), 10);
        socket.on('close', () => clearInterval(drip));
      }, SHORT),
    );
    expect(failure.errorClass).toBe('timeout');
    expect(failure.message).toContain('while reading the response');
    await connectionEnds();
  });

  test('that drips its headers is left when the time is over', async () => {
    const failure = failureOf(
      await post((socket) => {
        socket.write(HEAD);
        const drip = setInterval(() => socket.write('x-a: b\r\n'), 10);
        socket.on('close', () => clearInterval(drip));
      }, SHORT),
    );
    expect(failure.errorClass).toBe('timeout');
    await connectionEnds();
  });

  test('that sends 102 Processing now and then, for ever, is left when the time is over', async () => {
    const failure = failureOf(
      await post((socket) => {
        const drip = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 50);
        socket.on('close', () => clearInterval(drip));
      }, SHORT),
    );
    expect(failure.errorClass).toBe('timeout');
    await connectionEnds();
  });

  test('that sends a flood of 103 Early Hints is left at once', async () => {
    const failure = failureOf(
      await post((socket) => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(100))),
    );
    expect(failure.errorClass).toBe('protocol');
    await connectionEnds();
  });

  test('that sends a body without end gets no further than the bytes that are kept', async () => {
    const response = responseOf(
      await post((socket) => {
        socket.write(`${HEAD}\r\n`);
        const chunk = Buffer.alloc(64 * 1024, 'x');
        const flood = (): void => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', flood);
        flood();
      }),
    );
    expect(response).toMatchObject({ statusCode: 200, bodyTruncated: true });
    expect(response.body).toHaveLength(10_240);
    await connectionEnds();
  });

  test('that floods headers is refused', async () => {
    const failure = failureOf(await post((socket) => socket.write(HEAD + 'x-flood: 1234567890\r\n'.repeat(5000))));
    expect(failure).toMatchObject({ errorClass: 'response_too_large' });
    await connectionEnds();
  });

  test('that resets in the middle of its body is a reset', async () => {
    const failure = failureOf(
      await post((socket) => socket.write(`${HEAD}content-length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy())),
    );
    expect(failure.errorClass).toBe('reset');
  });

  test('that closes in the middle of its body is a reset', async () => {
    const failure = failureOf(await post((socket) => socket.end(`${HEAD}content-length: 100\r\n\r\nhalf`)));
    expect(failure.errorClass).toBe('reset');
  });

  test('that closes in the middle of a chunked body is a reset', async () => {
    const head = `${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n`;
    const failure = failureOf(await post((socket) => socket.end(`${head}5\r\nhello\r\n`)));
    expect(failure.errorClass).toBe('reset');
  });

  test('that closes a new connection without a word is a reset, and is not asked again', async () => {
    const result = await post((socket) => socket.end());
    expect(failureOf(result)).toMatchObject({ errorClass: 'reset', retriedStaleConnection: false });
    expect(receiver?.requests).toHaveLength(1);
  });

  test.each([
    ['wrong chunk sizes', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n`],
    ['HTTP/0.9', '<html>hello</html>\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['two different lengths', `${HEAD}content-length: 5\r\ncontent-length: 7\r\n\r\nhello`],
    ['a length and chunks at once', `${HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['NUL in a header', `${HEAD}x-a: \0b\r\ncontent-length: 0\r\n\r\n`],
    ['100 Continue, which nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'],
  ])('that answers with %s breaks the protocol', async (_name, bytes) => {
    const failure = failureOf(await post((socket) => socket.write(bytes)));
    expect(failure.errorClass).toBe('protocol');
    expect(failure.message).not.toContain('SSH');
  });

  test('that sends a bomb in gzip has it stored as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    const response = responseOf(
      await post((socket) => {
        socket.write(`${HEAD}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
        socket.write(bomb);
      }),
    );
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(response.body.equals(bomb.subarray(0, 10_240))).toBe(true);
  });

  test('that redirects is not followed', async () => {
    const canary = await rawReceiver((socket) => respond(socket));
    const location = `location: ${canary.url}\r\n`;
    const response = responseOf(await post((socket) => respond(socket, '', '307 Temporary Redirect', location)));
    expect(response).toMatchObject({ statusCode: 307, headers: { location: canary.url } });
    expect(canary.sockets).toHaveLength(0);
    await canary.close();
  });

  test('that calls its headers after things of JavaScript changes nothing', async () => {
    const headers = '__proto__: a\r\nconstructor: b\r\nset-cookie: c\r\nSet-Cookie: d\r\n';
    const response = responseOf(await post((socket) => respond(socket, 'ok', '200 OK', headers)));
    expect(Object.getPrototypeOf(response.headers)).toBe(Object.prototype);
    expect(response.headers).toEqual({ constructor: 'b', 'set-cookie': 'c, d', 'content-length': '2' });
  });

  test('that speaks before it was asked poisons nobody', async () => {
    const url = await receive((socket, { index }) => {
      respond(socket, `honest ${index}`);
      // A second response, for a request that was never sent on this connection.
      if (index === 0) respond(socket, 'poison');
    });
    expect(responseOf(await client.post(aRequest(url))).body.toString()).toBe('honest 0');
    await connectionEnds();
    expect(responseOf(await client.post(aRequest(url))).body.toString()).toBe('honest 0');
  });

  test('that speaks before it was asked poisons not even a request that waits for its connection', async () => {
    const url = await receive((socket, { text }) => {
      const name = text.split('\r\n\r\n')[1] ?? '';
      socket.write(`${HEAD}content-length: 5\r\n\r\n${name}${HEAD}content-length: 6\r\n\r\npoison`);
    });
    const narrow = another({ maxConnectionsPerHost: 1 });
    const bodies = ['first', 'other', 'third'];
    const posts = bodies.map((body) => narrow.post(aRequest(url, { body: Buffer.from(body) })));
    const responses = (await Promise.all(posts)).map((result) => responseOf(result).body.toString());
    expect(responses).toEqual(bodies);
  });

  test('of every kind at once loses no request and no connection of the pool', async () => {
    const moods: readonly ((socket: Socket) => void)[] = [
      (socket) => respond(socket),
      (socket) => respond(socket, 'x'.repeat(20_000)),
      (socket) => respond(socket, 'bye', '200 OK', 'connection: close\r\n'),
      (socket) => respond(socket, 'failed', '500 Internal Server Error'),
      (socket) => socket.end(),
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.write('nonsense\r\n\r\n'),
      (socket) => socket.write(`${HEAD}content-length: 100\r\n\r\nhalf`),
      (socket) => socket.write(`${HEAD}content-length: 1000000\r\n\r\n${'x'.repeat(20_000)}`),
      () => undefined,
    ];
    let served = 0;
    const url = await receive((socket) => moods[(served++ * 7) % moods.length]?.(socket));
    const narrow = another({ maxConnectionsPerHost: 4 });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => narrow.post(aRequest(url, { timeoutMs: 1000 }))),
    );
    expect(outcomes).toHaveLength(200);
    const open = () => receiver?.sockets.filter((socket) => !socket.destroyed).length ?? 0;
    await waitFor(() => open() <= 4, { what: 'all but the kept connections to be closed' });

    moods.forEach((_mood, index) => Object.assign(moods, { [index]: moods[0] }));
    const after = await Promise.all(Array.from({ length: 20 }, () => narrow.post(aRequest(url))));
    expect(after.map((result) => responseOf(result).statusCode)).toEqual(after.map(() => 200));
    expect(open()).toBeLessThanOrEqual(4);
  });
});
