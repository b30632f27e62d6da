import { describe, expect, test } from '@jest/globals';
import { readOddResponse } from './odd-response.ts';

const read = (text: string) => readOddResponse(Buffer.from(text, 'latin1'));
const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('the status', () => {
  test.each([
    ['HTTP/1.1 200 OK\r\n\r\n', 200],
    ['HTTP/1.1 204\r\n\r\n', 204],
    ['HTTP/1.1 202 \n\n', 202],
    ['HTTP/1.0 200 OK\r\n\r\n', 200],
    ['HTTP/1.1  200 OK\r\n\r\n', 200],
    ['HTTP/2 200\r\n\r\n', 200],
    ['\r\nHTTP/1.1 200 OK\r\n\r\n', 200],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n', 201],
    ['HTTP/1.1 103 Hints\na: b\n\nHTTP/1.1 500 Failed\n\n', 500],
  ])('of %j is %d', (text, status) => expect(read(text).statusCode).toBe(status));

  test.each([
    '',
    'HTTP/1.1 20',
    // It may go on with a further digit.
    'HTTP/1.1 200',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 099 OK\r\n\r\n',
    'HTTP/1.1 600 OK\r\n\r\n',
    'HTTP/1.1 200OK\r\n\r\n',
    'http/1.1 200 ok\r\n\r\n',
    'XHTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 Hints\r\nx: HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 103 Hints\r\n\r\nSSH-2.0',
  ])('of %j cannot be read', (text) => expect(read(text).statusCode).toBeNull());
});

test.each([
  ['content-length: 5\r\ncontent-length: 7\r\n\r\n', 'more than one Content-Length'],
  ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 'Content-Length beside Transfer-Encoding'],
  ['content-length: 5, 5\r\n\r\n', 'a Content-Length that is no number'],
  ['x-a : b\r\n\r\n', 'a space before the colon of a header'],
  ['x-a: b\n\r\n', 'a line that ends in LF without CR'],
  ['x-a: b\rx-b: c\r\n\r\n', 'a line that ends in CR without LF'],
  ['x-a: b\r\n c\r\n\r\n', 'a header that goes on in the next line'],
  ['hello\r\n\r\n', 'a line of the head that is no header'],
  ['x-a: \0\r\n\r\n', 'a control character in a header'],
  ['x-a: b : c d\r\ncontent-length: 5\r\n\r\n', undefined],
])('what is wrong with %j', (headers, fault) => expect(read(HEAD + headers).fault).toBe(fault));

test('headers are joined by name, without control characters, and never become a prototype', () => {
  const { headers } = read(`${HEAD}X-A: 1\r\nx-a: 2\r\nx-b: \0c\r\n__proto__: d\r\nno header\r\n\r\n`);
  expect(headers).toEqual({ 'x-a': '1, 2', 'x-b': 'c' });
});

test('a header that was cut off is left out', () => {
  expect(read(`${HEAD}x-a: 1\r\nx-b: ab`).headers).toEqual({ 'x-a': '1' });
});

test('the body is what follows the blank line, as it came', () => {
  expect(read('HTTP/1.1 200 OK\n\n\u00ffx\r\n\r\n').body).toEqual(Buffer.from([0xff, 0x78, 13, 10, 13, 10]));
});

test('a head of 32 KB costs no time that others would wait for, whatever is in it', () => {
  const spaces = ' '.repeat(32_000);
  const reading = () => {
    const startedAt = performance.now();
    expect(read(`${HEAD}content-length: 5${spaces}5\r\nx-a : b\r\n\r\n`).fault).toBe(
      'a Content-Length that is no number',
    );
    expect(read(`${HEAD}x-a: b${spaces}c\r\nx-b : d\r\n\r\n`).headers).toEqual({ 'x-a': `b${spaces}c`, 'x-b': 'd' });
    return performance.now() - startedAt;
  };
  // Half a millisecond; the patterns of before, which tried each space anew, took seconds each time. The quickest of some
  // counts: this process may have to wait for its turn in any of them.
  expect(Math.min(...Array.from({ length: 10 }, reading))).toBeLessThan(500);
});
