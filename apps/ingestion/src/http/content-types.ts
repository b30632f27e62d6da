import type { FastifyInstance } from 'fastify';

/**
 * Keeps a body of any content type as bytes. Which types are allowed is a rule of events, with an error like that of
 * any other rule.
 */
export function parseCloudEvents(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
