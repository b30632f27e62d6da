import { expect, test } from '@jest/globals';
import { fieldsOfSchema } from './schema-fields.ts';

test('fields are named with their types as people read them', () => {
  const fields = fieldsOfSchema({
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: ['string', 'integer'], description: 'Its number.' },
      total: { anyOf: [{ type: 'number' }, { type: 'string' }, { type: 'null' }] },
      items: { type: ['array', 'null'], items: { type: 'object' } },
      tier: { enum: ['gold', 'silver'] },
      soldAt: { type: 'string', format: 'date-time' },
      note: {},
    },
  });
  expect(fields.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'string or integer'],
    ['total', 'number or string'],
    ['items', 'list of object'],
    ['tier', 'gold, silver'],
    ['soldAt', 'string (date-time)'],
    ['note', 'any'],
  ]);
  expect(fields[0]).toMatchObject({ isRequired: true, description: 'Its number.' });
  expect(fieldsOfSchema({})).toEqual([]);
});
