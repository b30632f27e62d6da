import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { describeCommonProblems } from './common-problems.ts';
import { describeRequests } from './describe-requests.ts';
import { jsonSchemaOf } from './answers.ts';
import { nameSchemas } from './named-schemas.ts';
import type { OpenApiOptions } from './openapi-options.ts';

const CONTACT = { name: 'The operators of your Signet installation' };
const LICENSE = { name: 'Apache License 2.0', identifier: 'Apache-2.0' };
/** Each installation has an address of its own; the document is served there, so the address is relative to it. */
const SERVERS = [{ url: '/', description: 'The public address of your Signet installation.' }];

const SESSION = {
  type: 'apiKey',
  in: 'cookie',
  description:
    'The session of a browser, which POST /v1/session begins; without TLS the cookie is called `signet-session`. A request ' +
    'with `Authorization` does not use it. A request that changes something must come from a page of this address: ' +
    '`Sec-Fetch-Site: same-origin`, or an `Origin` that is the address.',
} as const;

/** Writes the OpenAPI 3.1 document of an application; zod schemas become the JSON Schema of draft 2020-12. */
export function openApiDocument(app: INestApplication, options: OpenApiOptions): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(options.title)
    .setDescription(options.description ?? '')
    .setVersion(options.version ?? '1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque', description: 'An API key.' }, 'apiKey')
    .addSecurityRequirements('apiKey')
    .addCookieAuth('__Host-signet-session', SESSION, 'session')
    .addSecurityRequirements('session');
  for (const [name, description] of Object.entries(options.tags ?? {})) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { standardSchemaConverter: toJsonSchema });
  const withIdempotencyKeys = options.idempotencyKeys ?? false;
  describeRequests(document, { places: {}, bodies: {}, ...options }, withIdempotencyKeys);
  describeCommonProblems(document, { bodies: {}, ...options }, withIdempotencyKeys);
  const schemas = { ...document.components?.schemas, Problem: problemSchema };
  const info = { ...document.info, contact: CONTACT, license: LICENSE };
  return nameSchemas({ ...document, info, servers: SERVERS, components: { ...document.components, schemas } });
}

/** Serves the document at /openapi.json; it is made at the first request. The route needs no API key. */
export function serveOpenApi(fastify: FastifyInstance, app: INestApplication, options: OpenApiOptions): void {
  let text: string | undefined;
  fastify.get('/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(app, options));
    return reply.type('application/json; charset=utf-8').send(text);
  });
}

/** Without this converter, swagger would ask zod for OpenAPI 3.0 schemas. */
const toJsonSchema = (schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) =>
  schema instanceof z.ZodType ? { schema: jsonSchemaOf(schema, schemaType) } : undefined;

const problemSchema = {
  type: 'object' as const,
  required: ['type', 'title', 'status', 'code', 'detail'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', description: 'urn:signet:problem:<code>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable: programs may depend on it.' },
    detail: { type: 'string', description: 'For people; may change.' },
    instance: { type: 'string', description: 'The id of the request.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'rule', 'detail'],
        properties: { field: { type: 'string' }, rule: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};
