import { expect, test } from '@jest/globals';
import { countMembers, duplicateKey } from './duplicate-keys.ts';

const found = (json: string): string | undefined => duplicateKey(Buffer.from(json));
/** As JSON.parse keeps them. */
const countKeys = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : (Array.isArray(value) ? 0 : Object.keys(value).length) +
      Object.values(value).reduce<number>((sum, child) => sum + countKeys(child), 0);
const countsAgree = (json: string): boolean => countMembers(Buffer.from(json)) === countKeys(JSON.parse(json));

test.each([
  ['{"total":"free","total":5}', 'total'],
  [' { "a" : 1 ,\n"b":[ {"c":{}} , {"c":1,"c":2} ] } ', 'b.1.c'],
  ['{"a":{"b":1},"a":{"b":1}}', 'a'],
  ['{"a":{"x":{"b":1,"b":2}}}', 'a.x.b'],
  [String.raw`{"a":1,"\u0061":2}`, 'a'],
  [String.raw`{"a\"":1,"a\"":2}`, 'a"'],
  ['{"":1,"":2}', ''],
  ['{"é":1,"é":2}', 'é'],
  ['{"__proto__":1,"__proto__":{}}', '__proto__'],
  ['[[{"a":1}],[{"a":1,"a":1}]]', '1.0.a'],
  ['{"a":{},"b":{"a":1},"a":[]}', 'a'],
])('%s has one twice: %s', (json, path) => {
  expect(found(json)).toBe(path);
  expect(countsAgree(json)).toBe(false);
});

test.each([
  '{}',
  '{"a":1,"b":{"a":2,"c":{"a":3}}}',
  '[{"a":1},{"a":1}]',
  '{"a":["a","a",":","{"],"b":"a"}',
  String.raw`{"a":"\",\"a\":1","b":"\\"}`,
  '{"a":1,"A":2,"é":3,"e\u0301":4}',
  '{"constructor":1,"toString":2,"__proto__":3}',
  '":"',
  '12',
])('%s has none', (json) => {
  expect(found(json)).toBeUndefined();
  expect(countsAgree(json)).toBe(true);
});

test('counting and searching agree on objects of every shape', () => {
  let seed = 7;
  const dice = (sides: number): number => (seed = (seed * 48_271) % 2_147_483_647) % sides;
  const names = ['a', 'b', String.raw`\u0061`, 'c:', String.raw`d\"`, 'e{'];
  const text = (depth: number): string => {
    const kind = dice(depth > 3 ? 2 : 4);
    if (kind === 0) return String(dice(100));
    if (kind === 1) return `"${names[dice(names.length)]}"`;
    const inner = Array.from({ length: dice(4) }, () => text(depth + 1));
    if (kind === 2) return `[${inner.join(',')}]`;
    return `{${inner.map((value) => `"${names[dice(names.length)]}" : ${value}`).join()}}`;
  };
  const texts = Array.from({ length: 2_000 }, () => text(0));
  const withDuplicates = texts.filter((json) => found(json) !== undefined);
  expect(withDuplicates.length).toBeGreaterThan(100);
  expect(texts.filter((json) => countsAgree(json) === (found(json) !== undefined))).toEqual([]);
});

test('the search needs neither a stack as deep as the data nor a comparison of every pair of names', () => {
  const deep = `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"a":1,"a":2}`;
  expect(found(deep)).toBe('a');
  const names = Array.from({ length: 200_000 }, (_, n) => `"${n}":1`);
  expect(found(`{${names.join()},"7":1}`)).toBe('7');
});
