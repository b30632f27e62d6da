import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { RouteConfig } from '@nestjs/platform-fastify';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import type { Logger } from '../../logging/logger.ts';
import { measureRequests } from '../../metrics/http-metrics.ts';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../problem/problem.ts';
import { sendProblem } from '../../problem/send-problem.ts';
import { toProblem } from '../../problem/to-problem.ts';
import { spanOf, traceRequests } from '../../tracing/http-spans.ts';
import { traceFields } from '../../tracing/trace-ids.ts';
import type { Tracing } from '../../tracing/tracing.ts';
import { parseJson, refuseEncodedBodies } from './json-body.ts';
import { refuseOtherMethods } from './other-methods.ts';

export const DEFAULT_BODY_LIMIT = 2 * 1024 * 1024;

/** Fastify's limit on a client that sends its request slowly. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Far longer than any id: a long path parameter is answered like an unknown id, up to Node.js's limit for all headers. */
const MAX_PARAMETER_LENGTH = 16 * 1024;

/** Marks a route whose handler gets its JSON body as a Buffer with the original bytes. */
export const KeepBytes = () => RouteConfig({ keepBytes: true });

export interface FastifyServerOptions {
  readonly bodyLimit: number;
  /** CIDRs of the proxies whose X-Forwarded-* headers are trusted. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly tracing: Tracing;
}

/**
 * The HTTP server below Nest: request ids, JSON bodies, metrics. It logs requests only at level debug: with some
 * thousand requests a second, their lines would bury all others.
 */
export function createFastify(options: FastifyServerOptions): FastifyInstance {
  const { bodyLimit, trustedProxies, logger, metrics, tracing } = options;
  const server = fastify({
    bodyLimit,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    logger: false,
    requestIdHeader: false,
    // Our own 503 has a Retry-After (drain.ts).
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: (error, request, reply: FastifyReply) => sendProblem(reply, toProblem(error), request.id),
    clientErrorHandler: (error, socket) => refuse(error, socket),
  });
  server.decorateRequest('caller', undefined);
  traceRequests(server, tracing);
  keepToTheCaller(server);
  parseJson(server, bodyLimit);
  refuseOtherMethods(server);
  refuseEncodedBodies(server);
  measureRequests(server, metrics);
  if (logger.isLevelEnabled('debug')) logRequests(server, logger);
  return server;
}

/** An answer is only for its caller and may hold a secret: no cache may store it, and a browser must not guess its type. */
function keepToTheCaller(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    done();
  });
}

function logRequests(server: FastifyInstance, logger: Logger): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method, routeOptions, caller } = request;
    logger.debug(
      {
        requestId,
        method,
        route: routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        callerKeyId: caller?.keyId,
        tenantId: caller?.tenantId ?? undefined,
        ...traceFields(spanOf(request).traceparent),
      },
      'request',
    );
    done();
  });
}

/** Bytes that are not HTTP never become a request for Fastify; they are answered on the socket. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, detail } = CLIENT_ERRORS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(new Problem(status, code, detail).toDocument());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const MALFORMED = { status: 400, code: 'malformed_request', detail: 'This is not an HTTP request.' };
const CLIENT_ERRORS: Readonly<Record<string, typeof MALFORMED>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers_too_large',
    detail: 'The headers are larger than is accepted here.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request_timeout', detail: 'The request took too long to arrive.' },
};
