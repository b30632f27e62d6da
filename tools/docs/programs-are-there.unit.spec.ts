import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROGRAM_COMMANDS, SERVICE_COMMANDS } from '../../apps/admin/src/commands.ts';
import { ROOT } from '../dev/settings.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const files = globSync(['README.md', 'CONTRIBUTING.md', '{docs,deploy}/**/*.{md,yaml,sh,env}', 'deploy/docker/*'], {
  cwd: ROOT,
}).sort();

/** Every `apps/…/dist/….js` that a text names; the build makes it of a source of the same name. */
const programsIn = (text: string): string[] => text.match(/apps\/\w+\/dist\/[\w./-]+\.js/g) ?? [];
const sourceOf = (program: string): string => program.replace('/dist/', '/src/').replace(/\.js$/, '.ts');

test('every program that a page or a manifest names has a source', () => {
  const named = files.flatMap((file) => programsIn(read(file)).map((program) => ({ file, program })));
  expect(new Set(named.map(({ file }) => file)).size).toBeGreaterThan(8);
  expect(named.filter(({ program }) => !existsSync(join(ROOT, sourceOf(program))))).toEqual([]);
});

test('the guide lists every command of signet-admin, with the services that it is for', () => {
  const [, section = ''] = read('docs/guides/connecting.md').split('\n## Commands\n');
  const listed = [...section.matchAll(/^\| `([\w-]+)` \| ([^|]+) \|/gm)].map(([, name = '', services = '']) => ({
    name,
    services,
  }));
  const names = [...Object.keys(SERVICE_COMMANDS), ...Object.keys(PROGRAM_COMMANDS)];
  expect(listed.map(({ name }) => name).sort()).toEqual(names.sort());
  for (const { name, services } of listed.filter(({ name }) => name in SERVICE_COMMANDS)) {
    const of = SERVICE_COMMANDS[name]?.services ?? [];
    expect({ name, services }).toEqual({ name, services: of.length === 3 ? 'all three' : of.join(', ') });
  }
});
