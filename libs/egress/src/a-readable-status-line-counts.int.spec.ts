import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { oddResponses, rawReceiver, respond, selfSigned, waitFor } from '@signet/testing';
import type { Answer, RawReceiver } from '@signet/testing';
import type { EgressClient } from './egress-client.ts';
import { aRequest, failureOf, loopbackClient, responseOf } from './fixtures/egress.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const TWICE = `${HEAD}x-id: 7\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello`;

describe('a response whose status line can be read', () => {
  let client: EgressClient;
  let receiver: RawReceiver;
  beforeEach(() => {
    client = loopbackClient();
  });
  afterEach(async () => {
    await receiver.close();
    await client.close();
  });
  const post = async (answer: Answer, rest = {}) => {
    receiver = await rawReceiver(answer);
    return client.post(aRequest(receiver.url, rest));
  };
  const connectionsEnd = () =>
    waitFor(() => receiver.sockets.every((socket) => socket.destroyed), { what: 'the connection to be closed' });

  test.each(Object.entries(oddResponses()))('is an answer although it has %s', async (fault, bytes) => {
    const response = responseOf(await post((socket) => socket.write(bytes)));
    expect(response).toMatchObject({ statusCode: 200, note: `The response is not valid HTTP/1.1 (${fault}).` });
    await connectionsEnd();
  });

  test.each(['410 Gone', '500 Failed', '302 Found', '429 Slow'])('counts as what it says: %s', async (status) => {
    const answers = Object.values(oddResponses(status));
    const response = responseOf(await post((socket) => socket.write(answers[1] ?? '')));
    expect(response.statusCode).toBe(Number(status.slice(0, 3)));
  });

  test('is kept with the headers and the body that can be read', async () => {
    const response = responseOf(await post((socket) => socket.write(TWICE)));
    expect(response).toMatchObject({ headers: { 'x-id': '7', 'content-length': '5, 5' }, bodyTruncated: false });
    expect(response.body.toString()).toBe('hello');
    expect(response.timings.firstByteMs).toEqual(expect.any(Number));
  });

  test('keeps no more of its body than it may', async () => {
    const response = responseOf(
      await post((socket) => socket.write(`HTTP/1.1 200 OK\n\n${'x'.repeat(20_000)}`), { maxResponseBytes: 100 }),
    );
    expect(response.body).toHaveLength(100);
    expect(response.bodyTruncated).toBe(true);
  });

  test('is read although it comes byte by byte', async () => {
    const response = responseOf(
      await post(async (socket) => {
        for (const byte of TWICE) {
          if (socket.destroyed) return;
          await new Promise((written) => socket.write(byte, written));
        }
      }),
    );
    expect(response.statusCode).toBe(200);
  });

  test('is found behind interim responses', async () => {
    const response = responseOf(
      await post((socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${TWICE}`)),
    );
    expect(response).toMatchObject({ statusCode: 200, headers: { 'x-id': '7' } });
  });

  test('counts when only its chunks are wrong', async () => {
    const bytes = `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`;
    const response = responseOf(await post((socket) => socket.write(bytes)));
    expect(response.note).toMatch(/^The response is not valid HTTP\/1\.1 \(.+\)\.$/);
    expect(response.body.toString()).toBe('hello');
    await connectionsEnd();
  });

  test('counts over TLS, too', async () => {
    const tls = selfSigned('127.0.0.1', {}, ['127.0.0.1']);
    receiver = await rawReceiver((socket) => socket.write(TWICE), { tls });
    const secure = loopbackClient({ extraCertificates: [tls.cert] });
    expect(responseOf(await secure.post(aRequest(receiver.url))).statusCode).toBe(200);
    await secure.close();
  });

  test('counts on a connection that was used before, for its own request alone', async () => {
    const answers = ['200 OK', '500 Failed'];
    receiver = await rawReceiver((socket, { connection, index }) => {
      if (connection === 1 && index === 1) socket.write(`${TWICE}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison`);
      else respond(socket, 'honest', answers[connection - 1]);
    });
    const results = [];
    for (let round = 0; round < 3; round++) results.push(responseOf(await client.post(aRequest(receiver.url))));
    // The third goes over a new connection: nothing that came after the odd response is taken for its answer.
    expect(results.map(({ statusCode, note }) => [statusCode, note !== null])).toEqual([
      [200, false],
      [200, true],
      [500, false],
    ]);
    expect(receiver.sockets).toHaveLength(2);
  });

  test('does not count when a limit or the end of the connection cuts it off', async () => {
    const cutOff: [Answer, string, object?][] = [
      [(socket) => socket.end(`${HEAD}content-length: 100\r\n\r\nhalf`), 'reset'],
      [(socket) => socket.end(`${HEAD}content-le`), 'reset'],
      [(socket) => socket.write(`${HEAD}x-long: ${'1'.repeat(100_000)}\r\n\r\n`), 'response_too_large'],
      [(socket) => socket.write(`${HEAD}content-length: 100\r\n\r\nhalf`), 'timeout', { timeoutMs: 1_000 }],
    ];
    for (const [answer, errorClass, rest] of cutOff) {
      expect(failureOf(await post(answer, rest)).errorClass).toBe(errorClass);
      await receiver.close();
    }
  });

  test.each([
    ['SSH-2.0-OpenSSH_9.9\r\n', 'no status line such as HTTP/1.1 200 OK'],
    ['HTTP/1.1 FINE OK\r\n\r\n', 'a status line that is not like HTTP/1.1 200 OK'],
    ['\x15\x03\x01\x00\x02\x02\x46', 'the receiver speaks TLS here, for which a URL begins with https'],
    ['HTTP/1.1 100 Continue\r\n\r\n', '100 Continue, which was not asked for'],
  ])('is not there in %j, and the sentence says what is', async (bytes, what) => {
    const failure = failureOf(await post((socket) => socket.write(bytes, 'latin1')));
    expect(failure).toMatchObject({
      errorClass: 'protocol',
      message: `The response is not valid HTTP/1.1 (${what}).`,
    });
  });
});
