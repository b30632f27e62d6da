import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@signet/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleFile } from './console-files.ts';
import { INDEX, readConsole } from './console-files.ts';

/** The folder into which `npm run build` writes the console; the path is the same from src and from dist. */
const BUILT = fileURLToPath(new URL('../../../console/dist/site', import.meta.url));

const NONCE = '%%NONCE%%';
const YEAR_S = 365 * 24 * 3_600;

/** Headers on every answer of the console. The console may call only its own address, and no page may embed it in a frame. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Scripts may come from files only. Mantine adds style elements at run time; they carry a nonce, which is new in each
 * answer.
 */
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * Serves the web console under /console/, for `configureFastify`. Its files need no key, since they are the same for
 * every user. The console reads its data from the API, with the key of the signed-in user.
 */
export function serveConsole(fastify: FastifyInstance, logger: Logger, folder = BUILT): void {
  const files = readConsole(folder);
  if (files === undefined) {
    logger.warn({ folder }, 'the console is not built, so it is not served');
    return;
  }
  const page = files.get(INDEX)?.plain.toString('utf8') ?? '';
  fastify.get('/', (_request, reply) => reply.redirect('/console/', 302));
  fastify.get('/console', (_request, reply) => reply.redirect('/console/', 308));
  fastify.get<{ Params: { '*': string } }>('/console/*', (request, reply) => {
    void reply.headers(HEADERS);
    const path = request.params['*'];
    const file = files.get(path);
    if (file !== undefined && path !== INDEX) return sendFile(request, reply, file);
    // Pages of the console have addresses of their own, for which the index is served. A missing file under assets/
    // is no page.
    if (path.startsWith('assets/')) return reply.callNotFound();
    return sendPage(reply, page);
  });
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(18).toString('base64url');
  return reply
    .headers({ 'content-security-policy': policyOf(nonce), 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(page.replace(NONCE, nonce));
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const { type, etag, isImmutable, plain, coded } = file;
  const maxAge = isImmutable ? `public, max-age=${YEAR_S}, immutable` : 'public, max-age=3600';
  void reply.headers({ 'cache-control': maxAge, etag, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const coding = codingOf(request.headers['accept-encoding'], coded);
  if (coding !== undefined) void reply.header('content-encoding', coding);
  return reply.type(type).send(coding === undefined ? plain : coded[coding]);
}

/** Brotli before gzip, where the browser takes it and the build has it. */
function codingOf(accepted: string | undefined, coded: ConsoleFile['coded']): 'br' | 'gzip' | undefined {
  const names = (accepted ?? '').split(',').map((part) => part.trim().split(';')[0]);
  return (['br', 'gzip'] as const).find((coding) => coded[coding] !== undefined && names.includes(coding));
}
