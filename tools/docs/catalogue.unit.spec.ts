import { expect, test } from '@jest/globals';
import { catalogue } from './catalogue.ts';

const inShop = (...names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [name, 'shop']));
const CURRENT = catalogue(inShop('sale.created', 'customer.created'), '');
const listed = (text: string): string[] => [...text.matchAll(/^ {2}(\w+),$/gm)].map(([, name = '']) => name);

test('a new type has its place behind the others of its domain, and a new domain at the end', () => {
  const names = inShop('customer.created', 'repair.made', 'sale.created', 'sale.low_stock');
  const text = catalogue(names, '  saleCreated,\n  customerCreated,\n');
  expect(listed(text)).toEqual(['saleCreated', 'saleLowStock', 'customerCreated', 'repairMade']);
  expect(text).toContain("import { saleLowStock } from './shop/sale.low_stock.ts';");
  expect(catalogue(names, text)).toBe(text);
});

test('a type whose file is gone is removed', () => {
  expect(listed(catalogue(inShop('sale.created'), CURRENT))).toEqual(['saleCreated']);
  expect(catalogue(inShop('sale.created'), CURRENT)).not.toContain('customer');
});
