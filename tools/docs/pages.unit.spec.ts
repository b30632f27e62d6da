import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { pages } from './pages.ts';

test.each(Object.entries(pages()))('%s is what `npm run docs` writes now', (page, text) => {
  expect(readFileSync(join(ROOT, page), 'utf8')).toBe(text);
});
