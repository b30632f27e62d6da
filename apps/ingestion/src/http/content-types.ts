import type { FastifyInstance } from 'fastify';

/** A body of any type is kept as its bytes: what may be sent is a rule of events, and told as one. */
export function parseCloudEvents(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
