import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostileAnswers, invalidResponses, rawReceiver, respond, waitFor } from '@signet/testing';
import type { Answer, RawReceiver } from '@signet/testing';
import type { EgressClient, EgressClientOptions } from './egress-client.ts';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';

/** Long enough for a busy machine to connect and send, short enough to be waited for. */
const SHORT = { timeoutMs: 1_000 };
const HEAD = 'HTTP/1.1 200 OK\r\n';
/** How a gzip file begins, deflate being the method (RFC 1952, 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b, 0x08];

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
    const failure = failureOf(await post(hostileAnswers.hangs, SHORT));
    expect(failure).toMatchObject({ errorClass: 'timeout', address: '127.0.0.1' });
    expect(failure.message).toBe('The time of 1000 ms was over while waiting for a response.');
    await connectionEnds();
  });

  test('that drips its body is left when the time is over', async () => {
    const failure = failureOf(await post(hostileAnswers.dripsBody(10), SHORT));
    expect(failure.errorClass).toBe('timeout');
    expect(failure.message).toContain('while reading the response');
    await connectionEnds();
  });

  test('that drips its headers is left when the time is over', async () => {
    expect(failureOf(await post(hostileAnswers.dripsHeaders(10), SHORT)).errorClass).toBe('timeout');
    await connectionEnds();
  });

  test('that sends 102 Processing now and then, for ever, is left when the time is over', async () => {
    expect(failureOf(await post(hostileAnswers.processesForEver(50), SHORT)).errorClass).toBe('timeout');
    await connectionEnds();
  });

  test('that sends a flood of 103 Early Hints is left at once', async () => {
    expect(failureOf(await post(hostileAnswers.floodsInterim)).errorClass).toBe('protocol');
    await connectionEnds();
  });

  test('that sends a body without end gets no further than the bytes that are kept', async () => {
    const response = responseOf(await post(hostileAnswers.endlessBody('200 OK')));
    expect(response).toMatchObject({ statusCode: 200, bodyTruncated: true });
    expect(response.body).toHaveLength(10_240);
    await connectionEnds();
  });

  test.each([
    ['floods headers', hostileAnswers.floodsHeaders],
    ['sends one header of a megabyte', hostileAnswers.longHeader],
  ])('that %s is refused', async (_name, answer) => {
    expect(failureOf(await post(answer))).toMatchObject({ errorClass: 'response_too_large' });
    await connectionEnds();
  });

  test.each([
    ['resets in the middle of its body', hostileAnswers.resetsMidBody],
    ['closes in the middle of its headers', hostileAnswers.closesMidHeaders],
    ['closes in the middle of its body', hostileAnswers.closesMidBody],
    ['closes in the middle of a chunked body', hostileAnswers.closesMidChunks],
  ])('that %s is a reset', async (_name, answer) => {
    expect(failureOf(await post(answer)).errorClass).toBe('reset');
  });

  test('that closes a new connection without a word is a reset, and is not asked again', async () => {
    const result = await post(hostileAnswers.closesAtOnce);
    expect(failureOf(result)).toMatchObject({ errorClass: 'reset', retriedStaleConnection: false });
    expect(receiver?.requests).toHaveLength(1);
  });

  test.each(Object.entries(invalidResponses))('that answers with %s breaks the protocol', async (_name, bytes) => {
    const failure = failureOf(await post((socket) => socket.write(bytes)));
    expect(failure.errorClass).toBe('protocol');
    expect(failure.message).not.toContain('SSH');
  });

  test('that sends a bomb in gzip has it stored as it came', async () => {
    const response = responseOf(await post(hostileAnswers.gzipBomb('200 OK')));
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(response.body).toHaveLength(10_240);
    expect([...response.body.subarray(0, 3)]).toEqual(GZIP_MAGIC);
  });

  test('that redirects is not followed', async () => {
    const canary = await rawReceiver((socket) => respond(socket));
    const response = responseOf(await post(hostileAnswers.redirectsTo(canary.url)));
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

  test('that writes before a request does not spoil later responses', async () => {
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
