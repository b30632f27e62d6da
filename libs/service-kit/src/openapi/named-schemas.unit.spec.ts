import { expect, test } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { nameSchemas } from './named-schemas.ts';

const thing = { title: 'Thing', type: 'object', properties: { title: { type: 'string' } } };
const documentOf = (...schemas: readonly object[]): OpenAPIObject =>
  ({ info: { title: 'Things', version: '1' }, paths: { '/things': { schemas } } }) as unknown as OpenAPIObject;

test('a schema with a title becomes a component, also where it is part of another one', () => {
  const page = { title: 'ThingPage', type: 'object', properties: { data: { type: 'array', items: thing } } };
  expect(nameSchemas(documentOf(thing, page))).toEqual({
    info: { title: 'Things', version: '1' },
    paths: {
      '/things': { schemas: [{ $ref: '#/components/schemas/Thing' }, { $ref: '#/components/schemas/ThingPage' }] },
    },
    components: {
      schemas: {
        Thing: { type: 'object', properties: { title: { type: 'string' } } },
        ThingPage: {
          type: 'object',
          properties: { data: { type: 'array', items: { $ref: '#/components/schemas/Thing' } } },
        },
      },
    },
  });
});

test('an example is data, whatever title it has', () => {
  const document = documentOf({ type: 'object', example: { title: 'Sir' } });
  expect(nameSchemas(document).paths).toEqual(document.paths);
});

test('two schemas that differ cannot have one name', () => {
  expect(() => nameSchemas(documentOf(thing, { title: 'Thing', type: 'string' }))).toThrow('Thing');
});
