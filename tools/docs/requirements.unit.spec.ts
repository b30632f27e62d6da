import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';

const PAGE = 'docs/requirements.md';
const text = readFileSync(join(ROOT, PAGE), 'utf8');
const ROWS = ['32.1', '32.2', '32.3', '32.4', '32.5', '32.6', '23.2', '23.3', '23.4', '23.5'];

test('every row of the requirements is there, with what shows it', () => {
  const rows = [...text.matchAll(/^\| (\d\d\.\d) \|.*\]\(.*\|$/gm)].map(([, row]) => row);
  expect(rows).toEqual(ROWS);
});

test('every row says where the console shows it', () => {
  const rows = text.split('\n').filter((line) => /^\| (?!#|row)/.test(line));
  const unplaced = rows.filter((row) => (row.split('|').at(-3) ?? '').trim() === '');
  expect({ rows: rows.length >= 20, unplaced }).toEqual({ rows: true, unplaced: [] });
});

test('everything that is linked is there', () => {
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link ?? '');
  expect(links.filter((link) => !existsSync(join(ROOT, 'docs', link)))).toEqual([]);
});
