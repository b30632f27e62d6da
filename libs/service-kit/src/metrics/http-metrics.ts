import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { histogram } from './metrics.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/**
 * Measures each request as `http_server_request_duration_seconds{method,route,status_class}`. The route is its template,
 * such as `/v1/webhooks/:id`; all requests that match no route share one label value, so that a scanner does not make series.
 */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const seconds = histogram(registry, SERVICE_METRICS.requestSeconds);
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
    // HEAD is answered by the same code as GET.
    const method = request.is404 ? 'any' : request.method === 'HEAD' ? 'GET' : request.method;
    seconds.labels(method, route, `${Math.floor(reply.statusCode / 100)}xx`).observe(reply.elapsedTime / 1_000);
    done();
  });
}
