import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ATTRIBUTE } from './attributes.ts';
import { NO_SPAN } from './tracing.ts';
import type { Span, Tracing } from './tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of the request; missing if nothing is traced. */
    span?: Span;
  }
}

export const spanOf = (request: FastifyRequest): Span => request.span ?? NO_SPAN;

/** Makes a span for each request, in the trace of its header `traceparent`. The query of the URL is left out. */
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
    // `close` comes once, whether the answer was sent or the client went away.
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
