import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { routeOf, SERVICES } from '../dev/gateway/gateway-routes.ts';
import { MERGED_OPENAPI, mergedOpenApi } from './merged-openapi.ts';

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}
interface Document {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const read = (file: string): Document => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Document;
const merged = read(MERGED_OPENAPI);
const operations = Object.values(merged.paths).flatMap((path) => Object.values(path));

test.each(SERVICES)('every path of %s is in it, and the public address routes it there', (service) => {
  const paths = Object.keys(read(`docs/openapi/${service}.json`).paths);
  expect(Object.keys(merged.paths)).toEqual(expect.arrayContaining(paths));
  expect(new Set(paths.map((path) => routeOf(path).service))).toEqual(new Set([service]));
});

test('each operation has a short id of its own, such as createWebhook', () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+[A-Z][A-Za-z]+$/.test(id))).toEqual([]);
});

test('each tag that is used is described once', () => {
  const described = merged.tags.map(({ name }) => name);
  expect(new Set(described).size).toBe(described.length);
  expect(merged.tags.filter(({ description }) => !description)).toEqual([]);
  expect(described.toSorted()).toEqual([...new Set(operations.flatMap(({ tags }) => tags))].toSorted());
});

test('each refusal is the one Problem', () => {
  const refusals = operations.flatMap(({ responses }) =>
    Object.entries(responses).filter(([status]) => /^[45]/.test(status)),
  );
  const schemas = refusals.map(([, { content }]) => content?.['application/problem+json']?.schema);
  expect(new Set(schemas.map((schema) => JSON.stringify(schema)))).toEqual(
    new Set([JSON.stringify({ $ref: '#/components/schemas/Problem' })]),
  );
});

test('each body has a name, so that a generated client has one type for it', () => {
  const unnamed = operations.flatMap(({ operationId, requestBody, responses }) =>
    [requestBody, ...Object.values(responses)]
      .flatMap((body) => Object.entries(body?.content ?? {}))
      .filter(([, { schema }]) => !('$ref' in schema))
      .map(([mediaType]) => `${operationId}: ${mediaType}`),
  );
  // Binary mode of CloudEvents: the body is the payload, of any event type.
  expect(unnamed).toEqual(['publishEvents: application/json']);
});

test.each(['Webhook', 'Delivery', 'Attempt', 'Circuit', 'Replay', 'Tenant', 'ApiKey', 'EventType', 'Problem'])(
  'there is a schema %s',
  (name) => expect(merged.components.schemas).toHaveProperty(name),
);

test('two services cannot describe one path, or one component in two ways', () => {
  const one = {
    info: {},
    tags: [],
    paths: { '/v1/things': {} },
    components: { schemas: { Thing: { type: 'object' } } },
  };
  const other = { ...one, paths: {}, components: { schemas: { Thing: { type: 'string' } } } };
  expect(mergedOpenApi([JSON.stringify(one), JSON.stringify(one)])).toMatchObject({ paths: one.paths });
  expect(() => mergedOpenApi([JSON.stringify(one), JSON.stringify(other)])).toThrow('Thing');
});
