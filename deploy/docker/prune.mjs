// Removes from node_modules what no running service reads: `node prune.mjs node_modules`. `npm run image` starts every service from what is left.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Packages for a build or a page in a browser, which others name as dependencies all the same. */
const PACKAGES = [
  'typescript', // a peer of MikroORM and the plug-in of @nestjs/swagger, for generating code
  '@microsoft', // tsdoc: the same plug-in
  'swagger-ui-dist', // a page: Signet serves the document alone
];
const FILES = /\.(d\.ts|d\.mts|d\.cts|map|md|markdown|ts|mts|cts|flow)$/i;
/** Names that a licence or notice has keep whatever ending they have. */
const KEPT = /^(licen[cs]e|notice|copying)/i;
const FOLDERS = new Set([
  'test',
  'tests',
  '__tests__',
  'docs',
  'example',
  'examples',
  'benchmark',
  'benchmarks',
  '.github',
]);

const root = process.argv[2];
for (const name of PACKAGES) rmSync(join(root, name), { recursive: true, force: true });
prune(root, true);

/** @param between whether the folders here are packages, whose names mean nothing */
function prune(folder, between) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isScope = between && entry.name.startsWith('@');
    if (entry.isDirectory()) {
      if (!between && FOLDERS.has(entry.name)) rmSync(path, { recursive: true });
      else prune(path, isScope || entry.name === 'node_modules');
    } else if (entry.isFile() && FILES.test(entry.name) && !KEPT.test(entry.name)) rmSync(path);
  }
}
