import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '../problem/problem.ts';
import type { Problem } from '../problem/problem.ts';

/**
 * Deeper than anything the API takes. What is nested deeper is refused before it is parsed: it would cost seconds, and
 * the stack of whoever walks through it.
 */
const MAX_DEPTH = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** JSON (RFC 8259) for every route, as bytes for those that keep them. An empty body is none, whatever its content type says. */
export function parseJson(server: FastifyInstance, bodyLimit: number): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit }, (request, body: Buffer, done) => {
    if (keepsBytes(request)) return done(null, body);
    if (body.length === 0) return done(null, undefined);
    const fault = faultOf(body);
    if (fault) return done(fault);
    void parse(request, body.toString('utf8'), done);
  });
}

const keepsBytes = (request: FastifyRequest): boolean =>
  (request.routeOptions.config as { keepBytes?: boolean }).keepBytes === true;

function faultOf(body: Buffer): Problem | undefined {
  if (!isUtf8(body)) return problem(400, 'malformed_json', 'The body is not JSON in UTF-8.');
  if (isDeeperThan(MAX_DEPTH, body))
    return problem(400, 'too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  return undefined;
}

/** Counts brackets outside of strings; of what is not JSON it need not be right. */
function isDeeperThan(limit: number, json: Buffer): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (isInString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) isInString = false;
      continue;
    }
    if (byte === QUOTE) isInString = true;
    // { and [
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    // } and ]
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** A body that was compressed is not what it seems: 415 (RFC 9110, 15.5.16). */
export function refuseEncodedBodies(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding.toLowerCase() === 'identity') return done();
    const headers = { 'accept-encoding': 'identity' };
    done(problem(415, 'unsupported_encoding', 'A body is sent as it is, without Content-Encoding.', { headers }));
  });
}
