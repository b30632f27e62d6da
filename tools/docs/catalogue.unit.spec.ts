import { expect, test } from '@jest/globals';
import { catalogue } from './catalogue.ts';

const CURRENT = catalogue(['sale.created', 'customer.created'], '');
const listed = (text: string): string[] => [...text.matchAll(/^ {2}(\w+),$/gm)].map(([, name = '']) => name);

test('a new type has its place behind the others of its domain, and a new domain at the end', () => {
  const names = ['customer.created', 'repair.made', 'sale.created', 'sale.low_stock'];
  const text = catalogue(names, '  saleCreated,\n  customerCreated,\n');
  expect(listed(text)).toEqual(['saleCreated', 'saleLowStock', 'customerCreated', 'repairMade']);
  expect(text).toContain("import { saleLowStock } from './sale.low_stock.ts';");
  expect(catalogue(names, text)).toBe(text);
});

test('a type whose file is gone is removed', () => {
  expect(listed(catalogue(['sale.created'], CURRENT))).toEqual(['saleCreated']);
  expect(catalogue(['sale.created'], CURRENT)).not.toContain('customer');
});
