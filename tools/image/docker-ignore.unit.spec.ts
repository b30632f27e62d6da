import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { ignoredBy } from './docker-ignore.ts';

const ignored = ignoredBy(readFileSync(join(ROOT, '.dockerignore'), 'utf8'));

test.each([
  '.git',
  '.git/config',
  '.signet/local.json',
  'node_modules/a',
  'apps/x/node_modules',
  'libs/a/dist/b.js',
  'a/.tsbuildinfo',
])('%s stays out of a build', (path) => expect(ignored(path)).toBe(true));

test.each(['package.json', '.npmrc', 'apps/console/build.mjs', 'docs/distance.md', 'deploy/docker/Dockerfile'])(
  '%s goes into a build',
  (path) => expect(ignored(path)).toBe(false),
);
