import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '../../problem/problem.ts';
import { jsonFault } from './json-faults.ts';

/** Parses JSON (RFC 8259) for every route; routes with `KeepBytes` get the bytes. An empty body counts as none, whatever its content type. */
export function parseJson(server: FastifyInstance, bodyLimit: number): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit }, (request, body: Buffer, done) => {
    if (keepsBytes(request)) return done(null, body);
    if (body.length === 0) return done(null, undefined);
    const fault = jsonFault(body);
    if (fault) return done(fault);
    void parse(request, body.toString('utf8'), done);
  });
}

const keepsBytes = (request: FastifyRequest): boolean =>
  (request.routeOptions.config as { keepBytes?: boolean }).keepBytes === true;

/** A compressed body is refused with 415 (RFC 9110, 15.5.16): its size would say nothing about the size of its content. */
export function refuseEncodedBodies(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding.toLowerCase() === 'identity') return done();
    const headers = { 'accept-encoding': 'identity' };
    done(
      problem(415, 'unsupported_encoding', 'A compressed body is not accepted: send it without Content-Encoding.', {
        headers,
      }),
    );
  });
}
