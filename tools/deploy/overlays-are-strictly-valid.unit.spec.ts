import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { dump } from 'js-yaml';
import { temporaryFile } from './temporary-file.ts';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import type { Manifest } from './manifests.ts';
import { OPTIONAL_COMPONENTS, renderedWith } from './own-overlay.ts';

const hasValidator = spawnSync('kubernetes-validate', ['--version']).status === 0;
const validated = kustomizeCommand() && hasValidator ? test : test.skip;
const built = kustomizeCommand() ? test : test.skip;

/** Resources of operators and of the Gateway API; `npm run cluster` shows them to a real API server. */
const CUSTOM = ['monitoring.coreos.com', 'gateway.networking.k8s.io', 'kafka.strimzi.io', 'postgresql.cnpg.io'];

const isCustom = ({ apiVersion }: Manifest): boolean => CUSTOM.includes(apiVersion.split('/')[0] ?? '');

validated('kubernetes-validate takes every overlay and component, and no field that it does not know', () => {
  const own = renderedWith('overlays/production', OPTIONAL_COMPONENTS);
  const objects = [...overlays().map(renderedOverlay), own].flatMap(manifestsOf).filter((object) => !isCustom(object));
  expect(objects.length).toBeGreaterThan(60);
  const file = temporaryFile('overlays.yaml', objects.map((object) => dump(object)).join('---\n'));
  const { status, stdout, stderr } = spawnSync('kubernetes-validate', ['--strict', '--quiet', file], {
    encoding: 'utf8',
  });
  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
});

built.each(overlays())('%s puts everything into one namespace, which enforces restricted', (name) => {
  const objects = manifestsOf(renderedOverlay(name));
  const namespace = objects.find(({ kind }) => kind === 'Namespace');
  expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  const elsewhere = objects.filter(
    ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== namespace?.metadata.name,
  );
  expect(elsewhere.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
});

built.each(overlays())('%s holds no secret, and names those that it needs', (name) => {
  const objects = manifestsOf(renderedOverlay(name));
  expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  const values = objects
    .filter(({ kind }) => kind === 'ConfigMap')
    .flatMap(({ data = {} }) => Object.entries(data))
    .filter(([setting]) => /PASSWORD|DATABASE_URL|_KEYS?$|SMTP_URL/.test(setting));
  expect(values).toEqual([]);
});
