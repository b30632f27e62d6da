import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { DOMAINS, OWN_DOMAINS } from '../kafka/topics.ts';
import { EVENT_TYPES, eventTypeByName, PRODUCER_EVENT_TYPES } from './index.ts';

/** As the requirements list them. */
const REQUIRED = {
  'sale.created': 'Sale Created',
  'sale.updated': 'Sale Updated',
  'sale.refunded': 'Sale Refunded',
  'inventory.created': 'Inventory Item Created',
  'inventory.updated': 'Inventory Item Updated',
  'inventory.low_stock': 'Inventory Low Stock',
  'customer.created': 'Customer Created',
  'customer.updated': 'Customer Updated',
  'repair_order.created': 'Repair Order Created',
  'repair_order.status_changed': 'Repair Order Status Changed',
  'purchase_order.created': 'Purchase Order Created',
  'purchase_order.received': 'Purchase Order Received',
};

/** Signet's own. */
const OWN = {
  'webhook.failing': 'Webhook Failing',
  'webhook.disabled': 'Webhook Disabled',
  'webhook.recovered': 'Webhook Recovered',
};
const namesOf = (types: typeof EVENT_TYPES) =>
  Object.fromEntries(types.map(({ name, displayName }) => [name, displayName]));

test('the catalogue has the required types under their names, and those that only Signet sends', () => {
  // toMatchObject: types that were added later do not matter to this test.
  expect(namesOf(PRODUCER_EVENT_TYPES)).toMatchObject(REQUIRED);
  expect(namesOf(EVENT_TYPES)).toEqual({ ...namesOf(PRODUCER_EVENT_TYPES), ...OWN });
  expect(eventTypeByName('sale.created')?.displayName).toBe('Sale Created');
  expect(eventTypeByName('sale.deleted')).toBeUndefined();
});

test('every file of a type is in the catalogue', () => {
  const files = ['shop', 'signet']
    .flatMap((owner) => readdirSync(new URL(owner, import.meta.url)))
    .filter((name) => /^[a-z_]+\.[a-z_]+\.ts$/.test(name));
  expect(files.map((name) => name.replace(/\.ts$/, '')).sort()).toEqual(EVENT_TYPES.map(({ name }) => name).sort());
});

test.each(EVENT_TYPES)(
  '$name has a domain, a sound schema, and an example that fits it',
  ({ name, domain, schema, example }) => {
    expect([...DOMAINS, ...OWN_DOMAINS]).toContain(domain);
    expect(name.startsWith(`${domain}.`)).toBe(true);
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    expect(validate(example)).toBe(true);
    expect(validate([])).toBe(false);
  },
);
