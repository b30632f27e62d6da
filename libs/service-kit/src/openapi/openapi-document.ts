import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { describeCommonProblems } from './common-problems.ts';
import { jsonSchemaOf } from './answers.ts';

export interface OpenApiOptions {
  readonly title: string;
  readonly description?: string;
  readonly version?: string;
  /** Whether every POST takes an Idempotency-Key. */
  readonly idempotencyKeys?: boolean;
}

/** Writes the OpenAPI 3.1 document of an application; zod schemas become the JSON Schema of draft 2020-12. */
export function openApiDocument(app: INestApplication, options: OpenApiOptions): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(options.title)
    .setDescription(options.description ?? '')
    .setVersion(options.version ?? '1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque', description: 'An API key.' }, 'apiKey')
    .addSecurityRequirements('apiKey');
  const document = SwaggerModule.createDocument(app, builder.build(), { standardSchemaConverter: toJsonSchema });
  if (options.idempotencyKeys) describeIdempotencyKeys(document);
  describeCommonProblems(document, options.idempotencyKeys ?? false);
  const schemas = { ...document.components?.schemas, Problem: problemSchema };
  return { ...document, components: { ...document.components, schemas } };
}

/** Serves the document at /openapi.json, written once when it is first asked for. It needs no API key. */
export function serveOpenApi(fastify: FastifyInstance, app: INestApplication, options: OpenApiOptions): void {
  let text: string | undefined;
  fastify.get('/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(app, options));
    return reply.type('application/json; charset=utf-8').send(text);
  });
}

function describeIdempotencyKeys(document: OpenAPIObject): void {
  for (const { post } of Object.values(document.paths)) {
    if (post) post.parameters = [...(post.parameters ?? []), idempotencyKeyParameter];
  }
}

const idempotencyKeyParameter = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'A repetition with the same key within 24 hours gets the answer of the first request, and `Idempotent-Replayed: true`. ' +
    'The same key with another body is a 422, and a 409 while the first one is under way.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255, pattern: '^[ -~]*$' },
};

/** swagger would ask zod for OpenAPI 3.0 schemas. */
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
    code: { type: 'string', description: 'Stable: programs may compare it.' },
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
