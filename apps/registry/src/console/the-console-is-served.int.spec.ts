import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { serveConsole } from './console.http.ts';

const SCRIPT = 'console.log("the console");\n'.repeat(50);
let folder: string;
let server: FastifyInstance;
const lines: string[] = [];
const logger = pino({}, { write: (line: string) => void lines.push(line) });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta name="style-nonce" content="%%NONCE%%">');
  writeFileSync(join(folder, 'assets/index-1a2b.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/index-1a2b.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets/index-1a2b.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  server = fastify();
  serveConsole(server, logger, folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });

test('the public address redirects to the console', async () => {
  const root = await get('/');
  expect([root.statusCode, root.headers.location]).toEqual([302, '/console/']);
  const bare = await get('/console');
  expect([bare.statusCode, bare.headers.location]).toEqual([308, '/console/']);
});

test.each(['/console/', '/console/index.html', '/console/webhooks/1?tab=history'])(
  '%s is the page, never kept, and with a policy that lets nothing foreign in',
  async (url) => {
    const { statusCode, headers, body } = await get(url);
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const [, nonce = 'none'] = /'nonce-([\w-]+)'/.exec(policy) ?? [];
    expect(body).toBe(`<meta name="style-nonce" content="${nonce}">`);
  },
);

test('no two answers have the same nonce', async () => {
  const bodies = await Promise.all(Array.from({ length: 5 }, async () => (await get('/console/')).body));
  expect(new Set(bodies).size).toBe(5);
});

test.each([
  ['br, gzip', 'br'],
  ['gzip;q=0.8', 'gzip'],
  ['identity', undefined],
])('a hashed file is kept for good; %s gets it as %s', async (accepted, coding) => {
  const { headers, rawPayload } = await get('/console/assets/index-1a2b.js', { 'accept-encoding': accepted });
  expect(headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  });
  expect(headers['content-encoding']).toBe(coding);
  const expected = { br: brotliCompressSync(SCRIPT), gzip: gzipSync(SCRIPT) }[coding ?? ''] ?? Buffer.from(SCRIPT);
  expect(rawPayload.equals(expected)).toBe(true);
});

test('a browser that has a file already gets 304', async () => {
  const first = await get('/console/icon.svg');
  const hash = createHash('sha256').update('<svg/>').digest('base64url').slice(0, 27);
  expect(first.headers).toMatchObject({ etag: `"${hash}"`, 'cache-control': 'public, max-age=3600' });
  const again = await get('/console/icon.svg', { 'if-none-match': String(first.headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test.each(['/console/assets/gone.js', '/console/assets/../../package.json', '/console/assets/..%2f..%2fpackage.json'])(
  '%s is not there',
  async (url) => {
    const { statusCode, headers } = await get(url);
    expect(statusCode).toBe(404);
    expect(headers['content-type']).toMatch('json');
  },
);

test('a console that is not built is not served, and the log says so', async () => {
  const without = fastify();
  serveConsole(without, logger, join(folder, 'nothing'));
  expect((await without.inject('/console/')).statusCode).toBe(404);
  expect(lines.join()).toContain('the console is not built');
  await without.close();
});
