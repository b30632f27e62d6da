import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ATTRIBUTE } from './attributes.ts';
import { NO_SPAN } from './tracing.ts';
import type { Span, Tracing } from './tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the answering of the request; missing where nothing is traced. */
    span?: Span;
  }
}

export const spanOf = (request: FastifyRequest): Span => request.span ?? NO_SPAN;

/** A span for each request, in the trace of its header `traceparent`. What is in the URL behind the path is left out. */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  if (!tracing.isOn) return;
  fastify.decorateRequest('span', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    const [path] = request.url.split('?', 1);
    request.span = tracing.start(route === undefined ? request.method : `${request.method} ${route}`, {
      kind: 'server',
      parent: request.headers['traceparent']?.toString(),
      attributes: {
        [ATTRIBUTE.method]: request.method,
        [ATTRIBUTE.route]: route,
        [ATTRIBUTE.urlPath]: path,
        [ATTRIBUTE.urlScheme]: request.protocol,
        [ATTRIBUTE.serverAddress]: request.hostname,
      },
    });
    // It closes once, whether the answer was sent or its client went away.
    reply.raw.once('close', () => {
      const { statusCode } = reply.raw;
      spanOf(request).set({
        [ATTRIBUTE.status]: statusCode,
        [ATTRIBUTE.tenantId]: request.caller?.tenantId ?? undefined,
      });
      if (statusCode >= 500) spanOf(request).fail(String(statusCode));
      spanOf(request).end();
    });
    done();
  });
}
