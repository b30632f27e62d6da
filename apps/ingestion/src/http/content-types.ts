import type { FastifyInstance } from 'fastify';

/** CloudEvents' JSON formats, and JSON of every kind as the data of binary mode; kept as bytes. */
const CLOUDEVENTS_JSON = /^application\/cloudevents(-batch)?\+json/;
const OTHER_JSON = /^application\/[a-z0-9.+-]+\+json/;

export function parseCloudEvents(fastify: FastifyInstance): void {
  for (const contentType of [CLOUDEVENTS_JSON, OTHER_JSON]) {
    fastify.addContentTypeParser(contentType, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  }
}
