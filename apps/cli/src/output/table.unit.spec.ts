import { expect, test } from '@jest/globals';
import { cut, tableLines } from './table.ts';
import type { Column } from './table.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}
const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'NAME', of: ({ name }) => name, isFlexible: true },
  { title: 'URL', of: ({ url }) => url, isFlexible: true },
];
const ROWS: readonly Row[] = [
  { id: '0195c1f0', name: 'Accounting', url: 'https://shop.example/hooks/accounting' },
  { id: '0195c1f1', name: 'Stock', url: 'https://shop.example/stock' },
];

test('without a terminal each column is as wide as its widest cell, and nothing is cut', () =>
  expect(tableLines(COLUMNS, ROWS)).toEqual([
    'ID        NAME        URL',
    '0195c1f0  Accounting  https://shop.example/hooks/accounting',
    '0195c1f1  Stock       https://shop.example/stock',
  ]));

test('on a narrow terminal the widest flexible column is cut first', () => {
  const lines = tableLines(COLUMNS, ROWS, 40);
  expect(lines).toEqual([
    'ID        NAME        URL',
    '0195c1f0  Accounting  https://shop.exam…',
    '0195c1f1  Stock       https://shop.exam…',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBe(40);
});

test('an id is never cut, even if the lines do not fit then', () =>
  expect(tableLines(COLUMNS, ROWS, 10)).toEqual([
    'ID        NAME      URL',
    '0195c1f0  Account…  https:/…',
    '0195c1f1  Stock     https:/…',
  ]));

test('wide characters count as two columns, and none is cut in two', () => {
  expect(cut('東京の宝石店', 7)).toBe('東京の…');
  expect(cut('e\u0301te\u0301 2026', 4)).toBe('e\u0301te\u0301…');
  expect(tableLines(COLUMNS, [{ id: '1', name: '東京', url: 'x' }])[1]).toBe('1   東京  x');
});

test('text of other people cannot command the terminal', () =>
  expect(tableLines(COLUMNS, [{ id: '1', name: 'a\u001b[2Jb\nc', url: '\u202etxt.exe' }])[1]).toBe(
    '1   a [2Jb c  txt.exe',
  ));

test('colour is added to a cell that has its width', () => {
  const painted = [{ ...COLUMNS[0]!, paint: (text: string) => `<${text}>` }, COLUMNS[1]!];
  expect(tableLines(painted, [{ id: '1', name: 'a', url: '' }])[1]).toBe('<1 >  a');
});
