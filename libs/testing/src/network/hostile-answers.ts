import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { respond } from './raw-receiver.ts';
import type { Answer } from './raw-receiver.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';
/** 64 MiB that are compressed to 64 KiB; made when a test needs it. */
let bomb: Buffer | undefined;
const gzippedBomb = (): Buffer => (bomb ??= gzipSync(Buffer.alloc(64 * 1024 * 1024)));
const CHUNK = Buffer.alloc(64 * 1024, 'x');

/** Writes a first text, then another one at intervals, until the connection is closed. */
const drip =
  (first: string, more: string, everyMs: number): Answer =>
  (socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(more), everyMs);
    socket.on('close', () => clearInterval(timer));
  };

const says =
  (bytes: string): Answer =>
  (socket) =>
    void socket.write(bytes);

/** Bad behaviour of receivers towards a sender, as answers of a `rawReceiver`. */
export const hostileAnswers = {
  /** Takes the request and says nothing. */
  hangs: (): undefined => undefined,
  /** @param everyMs between two bytes */
  dripsBody: (everyMs: number) => drip(`${HEAD}content-length: 5000\r\n\r\n`, '.', everyMs),
  /** One header that never ends. */
  dripsHeaders: (everyMs: number) => drip(`${HEAD}x-slow: `, 'x', everyMs),
  /** 102 Processing now and then, for ever. */
  processesForEver: (everyMs: number) =>
    drip('HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 102 Processing\r\n\r\n', everyMs),
  floodsInterim: says('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(100)),
  /** One megabyte of headers in all, many of them. */
  floodsHeaders: says(HEAD + `x-flood: ${'1'.repeat(90)}\r\n`.repeat(10_000)),
  /** One header of a megabyte. */
  longHeader: says(`${HEAD}x-long: ${'1'.repeat(1024 * 1024)}\r\n\r\n`),
  /** A body as fast as it is taken, without length and without end. */
  endlessBody:
    (status: string): Answer =>
    (socket) => {
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      const flood = (): void => {
        while (!socket.destroyed && socket.write(CHUNK));
      };
      socket.on('drain', flood);
      flood();
    },
  gzipBomb:
    (status: string): Answer =>
    (socket) => {
      const body = gzippedBomb();
      socket.write(`HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    },
  resetsAtOnce: (socket: Socket) => void socket.resetAndDestroy(),
  resetsMidBody: (socket: Socket) =>
    void socket.write(`${HEAD}content-length: 100\r\n\r\nhalf`, () => void socket.resetAndDestroy()),
  closesAtOnce: (socket: Socket) => void socket.end(),
  /** Promises more bytes than it sends. */
  closesMidBody: (socket: Socket) => void socket.end(`${HEAD}content-length: 100\r\n\r\nhalf`),
  closesMidHeaders: (socket: Socket) => void socket.end(`${HEAD}content-le`),
  closesMidChunks: (socket: Socket) =>
    void socket.end(`${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`),
  /** 204 has no body (RFC 9110, 15.3.5), so these bytes would be the next answer. */
  bodyAfter204: says(`HTTP/1.1 204 No Content\r\ncontent-length: 6\r\n\r\npoison`),
  /** More bytes than its length: what is left would be the next answer. */
  longerThanItsLength: says(`${HEAD}content-length: 5\r\n\r\nhonest${HEAD}content-length: 6\r\n\r\npoison`),
  redirectsTo:
    (url: string): Answer =>
    (socket) =>
      respond(socket, '', '307 Temporary Redirect', `location: ${url}\r\n`),
} as const satisfies Record<string, Answer | ((...settings: never[]) => Answer)>;

/** Answers that are no HTTP/1.1 and have no status line of 200 or more, by what is wrong with them. */
export const invalidResponses: Readonly<Record<string, string>> = {
  'HTTP/0.9': '<html>hello</html>\r\n',
  'another protocol': 'SSH-2.0-OpenSSH_9.9\r\n',
  'an alert of TLS': '\x15\x03\x01\x00\x02\x02\x46',
  'a status that is no number': 'HTTP/1.1 FINE OK\r\n\r\n',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
  '100 Continue, which the request did not ask for': 'HTTP/1.1 100 Continue\r\n\r\n',
  'an upgrade that the request did not ask for':
    'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
};

/** Answers with a readable status line whose framing is no HTTP/1.1: what is wrong with them, and the bytes. */
export const oddResponses = (status = '200 OK'): Readonly<Record<string, string>> => {
  const head = `HTTP/1.1 ${status}\r\n`;
  return {
    'Content-Length beside Transfer-Encoding': `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'more than one Content-Length': `${head}content-length: 5\r\ncontent-length: 5\r\n\r\nhello`,
    'a Content-Length that is no number': `${head}content-length: -5\r\n\r\nhello`,
    'a space before the colon of a header': `${head}content-length : 5\r\n\r\nhello`,
    'a control character in a header': `${head}x-a: \0b\r\ncontent-length: 0\r\n\r\n`,
    'a line that ends in LF without CR': `HTTP/1.1 ${status}\ncontent-length: 5\n\nhello`,
    'a line of the head that is no header': `${head}hello\r\ncontent-length: 0\r\n\r\n`,
  };
};
