import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { DEFINITIONS } from '../deploy/service-settings.ts';
import { configOf, execForm, pairsOf, stagesOf } from './dockerfile.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const stages = stagesOf(read('deploy/docker/Dockerfile'));
const image = configOf(stages.at(-1) ?? { name: '', from: '', instructions: [] });
const packageJson = JSON.parse(read('package.json'));

test('a Dockerfile is read with its continued lines, flags and arguments', () => {
  const text = [
    'ARG BASE=node:24',
    'FROM ${BASE} AS a',
    '# no',
    'COPY --from=b --chown=1 x y \\',
    '  z/',
    'RUN a && b',
  ].join('\n');
  expect(stagesOf(text)).toEqual([
    {
      name: 'a',
      from: 'node:24',
      instructions: [
        { name: 'COPY', flags: { from: 'b', chown: '1' }, text: 'x y z/' },
        { name: 'RUN', flags: {}, text: 'a && b' },
      ],
    },
  ]);
  expect(() => stagesOf('FROM a\nONBUILD RUN b')).toThrow('ONBUILD');
  expect(() => execForm('node x.js')).toThrow();
  expect(pairsOf('A=1 B="two words"')).toEqual({ A: '1', B: 'two words' });
});

test('the package files come before the code, and there is one of every package', () => {
  const copies = (name: string): string[] =>
    (stages.find((stage) => stage.name === name)?.instructions ?? [])
      .filter((one) => one.name === 'COPY')
      .map(({ text }) => text);
  const packages = ['apps', 'libs']
    .flatMap((group) => readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`))
    .filter((name) => existsSync(join(ROOT, name, 'package.json')));
  expect(copies('packages').slice(1)).toEqual(packages.map((name) => `${name}/package.json ${name}/`));
  expect(copies('dependencies')).toEqual(['deploy/docker/prune.mjs deploy/docker/']);
  expect(
    stages
      .find(({ name }) => name === 'build')
      ?.instructions.map(({ name, text }) => `${name} ${text}`)
      .slice(0, 2),
  ).toEqual(['RUN npm ci --ignore-scripts --no-audit --no-fund', 'COPY . .']);
});

test('the image runs as a numeric user that is not root, with the Node and the version of package.json', () => {
  expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  const bases = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
  expect(new Set(bases)).toEqual(new Set([`node:${packageJson.devDependencies.node}-slim`]));
  expect(image.labels).toMatchObject({
    'org.opencontainers.image.version': packageJson.version,
    'org.opencontainers.image.description': packageJson.description,
    'org.opencontainers.image.licenses': packageJson.license,
  });
});

test('the health check of the image needs no variable but those that the image sets', () => {
  const script = read(image.health.at(-1) ?? '');
  const variables = [...script.matchAll(/\bSIGNET_\w+/g)].map(([name]) => name);
  for (const name of variables) {
    const hasDefault = Object.values(DEFINITIONS).every((definitions) => definitions[name]?.default !== undefined);
    expect({ name, known: hasDefault || Object.hasOwn(image.env, name) }).toEqual({ name, known: true });
  }
  expect(image.ports).toContain(Number(image.env['SIGNET_MANAGEMENT_PORT']));
});

test('the ports of the image are those that the services listen on', () => {
  const public_ = Object.values(DEFINITIONS).map(({ SIGNET_HTTP_PORT }) => Number(SIGNET_HTTP_PORT?.default));
  expect(image.ports).toEqual([...public_, Number(image.env['SIGNET_MANAGEMENT_PORT'])]);
});

test('nothing of the image is a secret, and every variable of ours is one that the services know', () => {
  for (const name of Object.keys(image.env).filter((variable) => variable.startsWith('SIGNET_')))
    for (const definitions of Object.values(DEFINITIONS))
      expect({ name, secret: definitions[name]?.secret }).toEqual({ name, secret: false });
});
