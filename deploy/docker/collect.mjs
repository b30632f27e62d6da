// Gathers what runs of our own code: `node collect.mjs <folder>`, after a build. Libraries that only tests use stay behind.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const TESTS_ONLY = new Set(['apps/e2e', 'libs/embedded', 'libs/testing']);
const TESTS_ONLY_FOLDERS = new Set(['testing', 'simulation']);
const LEFT_OUT = /\.(d\.ts|d\.ts\.map|tsbuildinfo)$|site\.built$/;

const into = process.argv[2];
// It says that our files are modules of JavaScript.
cpSync('package.json', join(into, 'package.json'));
const parts = ['apps', 'libs'].flatMap((group) => readdirSync(group).map((name) => `${group}/${name}`));
for (const part of parts.filter((name) => !TESTS_ONLY.has(name) && existsSync(join(name, 'dist')))) {
  if (existsSync(join(part, 'package.json'))) cpSync(join(part, 'package.json'), join(into, part, 'package.json'));
  cpSync(join(part, 'dist'), join(into, part, 'dist'), {
    recursive: true,
    filter: (path) => !TESTS_ONLY_FOLDERS.has(basename(path)) && !LEFT_OUT.test(path),
  });
}
