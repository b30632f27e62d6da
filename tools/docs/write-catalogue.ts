// The first step of `npm run docs`, before the build, which needs the list: so it imports nothing that is built.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, catalogueOf } from './catalogue.ts';

const root = join(import.meta.dirname, '../..');
writeFileSync(join(root, CATALOGUE), catalogueOf(root));
