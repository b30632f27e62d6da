// Gathers what runs of our own code: `node collect.mjs <folder>`, after a build. What only tests use stays behind, and so does
// the command line of users: it runs on their machines.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const STAY_BEHIND = new Set(['apps/cli', 'apps/e2e', 'libs/embedded', 'libs/testing']);
const TESTS_ONLY_FOLDERS = new Set(['testing', 'simulation']);
const LEFT_OUT = /\.(d\.ts|d\.ts\.map|tsbuildinfo)$|site\.built$/;

const into = process.argv[2];
// It says that our files are modules of JavaScript.
cpSync('package.json', join(into, 'package.json'));
const parts = ['apps', 'libs'].flatMap((group) => readdirSync(group).map((name) => `${group}/${name}`));
for (const part of parts.filter((name) => !STAY_BEHIND.has(name) && existsSync(join(name, 'dist')))) {
  if (existsSync(join(part, 'package.json'))) cpSync(join(part, 'package.json'), join(into, part, 'package.json'));
  cpSync(join(part, 'dist'), join(into, part, 'dist'), {
    recursive: true,
    filter: (path) => !TESTS_ONLY_FOLDERS.has(basename(path)) && !LEFT_OUT.test(path),
  });
}
