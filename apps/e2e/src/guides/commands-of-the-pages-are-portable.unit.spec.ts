import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/installation/signet.ts';
import { guideBlocks } from './guide-blocks.ts';

const pages = globSync('{*.md,{docs,tools,deploy}/**/*.md,{apps,libs}/*/*.md}', { cwd: ROOT });
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const blocks = pages.flatMap((page) => guideBlocks(read(page)).map((block) => ({ ...block, page })));

/** Commands that work in one shell or on one system only. Each was on a page once, or is of the same kind. */
const TRAPS: readonly (readonly [why: string, pattern: RegExp])[] = [
  ['an interactive zsh takes a comment for arguments', /(^|\s)#/m],
  ['zsh reserves the word local, bash has a builtin of this name', /\blocal\s*\(\)/],
  ['zsh keeps PATH in path, and makes status read-only', /(^|[\s;])(path|status)=/m],
  ['dash has no slices of arguments, arrays or [[', /\$\{@:|=\(|\[\[/],
  ['zsh and dash change backslashes in what echo prints', /\becho (-e|"\$)/],
  ['only GNU has this flag', /base64 -w|sed -i|date -d|grep -P|readlink -f|xargs -r|mktemp --/],
  ['an interactive bash takes ! within double quotes for its history', /"[^"'\n]*![^"'\n]*"/],
];

const placesOf = (some: typeof blocks): object[] => some.map(({ page, line, script }) => ({ page, line, script }));

test('the pages contain commands', () => expect(blocks.length).toBeGreaterThan(20));

test.each(TRAPS)('no command of a page is of this kind: %s', (_, pattern) =>
  expect(placesOf(blocks.filter(({ script }) => pattern.test(script)))).toEqual([]),
);

test('every guide reads the running Signet in the same way', () => {
  const readers = blocks.filter(({ script }) => script.includes('local.json'));
  expect(new Set(readers.map(({ script }) => script)).size).toBe(1);
  const uses = new Set(blocks.filter(({ script }) => /\$(url|kafka|\w+_key)\b/.test(script)).map(({ page }) => page));
  expect(readers.map(({ page }) => page)).toEqual(expect.arrayContaining([...uses]));
});

test('where the output depends on work in the background, the page says to repeat the commands, as the test does', () => {
  const repeated = blocks.filter(({ isRepeated }) => isRepeated);
  expect(repeated.length).toBeGreaterThan(5);
  expect(placesOf(repeated.filter(({ lead }) => !/\brepeat\b/i.test(lead)))).toEqual([]);
});
