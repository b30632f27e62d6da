import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeSupport } from './node-support.mjs';
import { ROOT } from './settings.ts';

/** The part of npm's own package that is used here; it brings no types. */
interface Semver {
  satisfies(version: string, range: string): boolean;
  gte(version: string, other: string): boolean;
  minVersion(range: string): { readonly version: string } | null;
}
const semver = createRequire(import.meta.url)('semver') as Semver;

interface Package {
  readonly engines?: { readonly node?: string };
  readonly optional?: boolean;
}
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
const minimum = semver.minVersion(engines.node)?.version ?? '';

test('every package supports the oldest Node that we support, so npm warns of none', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> };
  const refusing = Object.entries(packages).filter(
    ([, { engines }]) => engines?.node !== undefined && !semver.satisfies(minimum, engines.node),
  );
  expect(refusing.map(([path]) => path)).toEqual([]);
});

test('the pages name that Node, and so does the receiver that runs on it as it is', () => {
  const sentence = `Node ${engines.node.replace('>=', '')} or newer`;
  for (const page of ['README.md', 'docs/guides/receiving.md', 'docs/guides/receivers/typescript/receiver.ts'])
    expect({ page, text: read(page) }).toEqual({ page, text: expect.stringContaining(sentence) });
  // From this version on, Node runs TypeScript without a flag.
  expect(semver.gte(minimum, '22.18.0')).toBe(true);
});

test.each([
  ['22.19.0', 'supported'],
  ['22.18.1', 'starts only'],
  ['24.0.0', 'supported'],
  ['20.0.0', 'starts only'],
  ['18.20.0', 'too old'],
])('Node %s: %s', (version, support) => expect(nodeSupport(version, '>=22.19')).toBe(support));
