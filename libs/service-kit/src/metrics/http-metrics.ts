import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { histogram } from './metrics.ts';

/**
 * Measures each request as `http_server_request_duration_seconds{method,route,status_class}`. The route is its template,
 * such as `/v1/webhooks/:id`; whatever matches none shares one label value, so that a scanner makes no series.
 */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const seconds = histogram(
    registry,
    'http_server_request_duration_seconds',
    'Time from the arrival of a request to the end of its response.',
    ['method', 'route', 'status_class'],
  );
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
    const method = request.is404 ? 'any' : request.method;
    seconds.labels(method, route, `${Math.floor(reply.statusCode / 100)}xx`).observe(reply.elapsedTime / 1_000);
    done();
  });
}
