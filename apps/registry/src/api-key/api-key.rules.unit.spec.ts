import { expect, test } from '@jest/globals';
import { limitErrors } from './api-key.rules.ts';

const known = { eventTypes: ['sale.created', 'sale.updated'], tenants: ['acme'] };

test('a key without limits, or with known ones, has no errors', () => {
  expect(limitErrors({}, known)).toEqual([]);
  expect(limitErrors({ eventTypes: null, tenants: null }, known)).toEqual([]);
  expect(limitErrors({ eventTypes: ['sale.updated'], tenants: ['acme'] }, known)).toEqual([]);
});

test('all errors are listed at once, each with its field', () => {
  const wrong = { eventTypes: ['sale.created', 'sale.*', 'sale.created'], tenants: ['acme', 'unknown-tenant', 'acme'] };
  expect(limitErrors(wrong, known)).toEqual([
    {
      field: 'eventTypes.1',
      rule: 'unknown_event_type',
      detail: 'Producers send no event type "sale.*"; there are sale.created, sale.updated.',
    },
    { field: 'eventTypes.2', rule: 'repeated', detail: '"sale.created" is named twice.' },
    { field: 'tenants.1', rule: 'unknown_tenant', detail: 'There is no tenant "unknown-tenant".' },
    { field: 'tenants.2', rule: 'repeated', detail: '"acme" is named twice.' },
  ]);
});
