import { describe, expect, test } from '@jest/globals';
import type { ParsedRequest } from './request-parser.ts';
import { RequestParser } from './request-parser.ts';

const post = (id: string, body: string): string =>
  `POST /ok/1 HTTP/1.1\r\nHost: localhost\r\nWebhook-Id: ${id}\r\nwebhook-signature: v1,abc\r\n` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function parse(...chunks: string[]): ParsedRequest[] {
  const requests: ParsedRequest[] = [];
  const parser = new RequestParser((request) => requests.push(request));
  for (const chunk of chunks) parser.feed(Buffer.from(chunk));
  return requests;
}

describe('the receiver reads requests off a connection', () => {
  test('method, path, id and that it is signed, whatever the case of the names', () => {
    expect(parse(post('a', '{"x":1}'))).toEqual([{ method: 'POST', target: '/ok/1', webhookId: 'a', isSigned: true }]);
  });

  test('a request without a body', () => {
    expect(parse('GET /control/counts HTTP/1.1\r\nhost: x\r\n\r\n')).toEqual([
      { method: 'GET', target: '/control/counts', webhookId: '', isSigned: false },
    ]);
  });

  test('several requests in one piece', () => {
    const ids = parse(post('a', '1') + post('b', '') + post('c', 'é')).map(({ webhookId }) => webhookId);
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  test('the same requests cut at every byte', () => {
    const bytes = post('a', 'hello') + post('b', 'you');
    for (let at = 1; at < bytes.length; at++) {
      expect(parse(bytes.slice(0, at), bytes.slice(at)).map(({ webhookId }) => webhookId)).toEqual(['a', 'b']);
    }
    expect(parse(...bytes)).toHaveLength(2);
  });

  test('an unfinished body is no request', () => {
    expect(parse(post('a', 'hello').slice(0, -1))).toEqual([]);
  });

  test('the id out of the body where the path says so, also within a JSON text, cut at every byte', () => {
    const id = '0b0e7a3c-95b5-5b4b-8c4e-6f0c1f3d2a10';
    const body = JSON.stringify({ payload: JSON.stringify({ benchId: `bench-id:${id}` }) });
    const bytes = `POST /body/1 HTTP/1.1\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    for (let at = 1; at < bytes.length; at++) {
      expect(parse(bytes.slice(0, at), bytes.slice(at) + post('b', '{}'))).toEqual([
        { method: 'POST', target: '/body/1', webhookId: id, isSigned: true },
        { method: 'POST', target: '/ok/1', webhookId: 'b', isSigned: true },
      ]);
    }
    expect(parse('POST /body/1 HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}')[0]).toMatchObject({ isSigned: false });
  });

  test('a body in chunks is refused, not misread', () => {
    expect(() => parse('POST /ok/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')).toThrow(
      'content-length',
    );
  });
});
