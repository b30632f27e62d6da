// `npm run docs`, after a build: writes the pages that are generated.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { pages } from './pages.ts';

for (const [page, text] of Object.entries(pages())) {
  writeFileSync(join(ROOT, page), text);
  console.log(`Wrote ${page}`);
}
