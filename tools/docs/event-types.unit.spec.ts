import { expect, test } from '@jest/globals';
import { EVENT_TYPES } from '@signet/contracts';
import { eventTypesPage } from './event-types.ts';
import { fieldsOf } from './schema-fields.ts';

test('every type has a section with its name for people, its version, and an example', () => {
  const sections = new Map(
    eventTypesPage()
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.split('\n')[0], text]),
  );
  expect([...sections.keys()]).toEqual(EVENT_TYPES.map(({ name }) => name));
  for (const { name, displayName, version, example } of EVENT_TYPES) {
    expect(sections.get(name)).toContain(`${displayName}, version ${version}.`);
    const [, json = ''] = /```json\n(.*?)```/s.exec(sections.get(name) ?? '') ?? [];
    expect(JSON.parse(json)).toEqual(example);
  }
});

test('a field of an example is in the table of its type', () => {
  for (const { schema, example } of EVENT_TYPES) {
    const paths = fieldsOf(schema).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(Object.keys(example)));
  }
});

test('fields within objects and lists have a row each, with what is known of them', () => {
  const schema = {
    type: 'object',
    properties: {
      customer: { type: ['object', 'null'], properties: { name: { type: 'string' } } },
      items: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string', pattern: '^(R|S)' } } } },
      total: { anyOf: [{ type: ['number', 'null'] }, { type: 'string' }], description: 'In all.' },
      reason: { enum: ['failing', 'gone'] },
      tags: { type: ['array', 'null'], items: { type: 'string' } },
      any: {},
    },
  };
  expect(fieldsOf(schema).map(({ path, type, meaning }) => [path, type, meaning])).toEqual([
    ['customer', 'object or null', ''],
    ['customer.name', 'string', ''],
    ['items', 'list of objects', ''],
    ['items[].sku', 'string', 'Fits `^(R\\|S)`.'],
    ['total', 'number, string or null', 'In all.'],
    ['reason', '`"failing"` or `"gone"`', ''],
    ['tags', 'list of strings or null', ''],
    ['any', 'anything', ''],
  ]);
});
