import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import { ofKind } from './manifests.ts';

const built = kustomizeCommand() ? test.each(overlays()) : test.skip.each(overlays());
/** It renders as kustomize did, keeps what is applied, and says that the Job has ended, with 1. */
const KUBECTL = `#!/bin/sh
cd "$(dirname "$0")"
case "$*" in
  kustomize*) cat overlay.yaml ;;
  apply*) while [ "$1" != -f ]; do shift; done; cat "$2" >applied.yaml ;;
  *logs*) echo 'fault    registry: a sentence' ;;
  *'get pods'*) printf 1 ;;
esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-kubectl-'));
  writeFileSync(join(folder, 'kubectl'), KUBECTL);
  chmodSync(join(folder, 'kubectl'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  spawnSync('sh', [join(ROOT, 'deploy/k8s/admin.sh'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
  });

built('of %s it applies the Job with other arguments, what that needs, and nothing else', (overlay) => {
  const rendered = renderedOverlay(overlay);
  writeFileSync(join(folder, 'overlay.yaml'), rendered);
  const { status, stdout } = run('overlay', 'migrate', '--phase', "it's");
  expect({ status, stdout }).toEqual({ status: 1, stdout: 'fault    registry: a sentence\n' });
  const applied = manifestsOf(readFileSync(join(folder, 'applied.yaml'), 'utf8'));
  expect(applied.map(({ kind }) => kind).toSorted()).toEqual(['ConfigMap', 'Job', 'ServiceAccount']);
  const [job] = ofKind(applied, 'Job');
  const migration = ofKind(manifestsOf(rendered), 'Job').find(({ metadata }) => metadata.name === 'signet-migrate');
  const { spec } = job?.spec?.['template'];
  const [container] = spec.containers;
  expect(job?.metadata.name).toBe('signet-admin');
  expect(container.args).toEqual(['apps/admin/dist/main.js', 'migrate', '--phase', "it's"]);
  // Everything else is the same as in the overlay.
  expect({ ...container, args: [] }).toEqual({ ...migration?.spec?.['template'].spec.containers[0], args: [] });
  const names = applied.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(names).toContain(`ConfigMap ${container.envFrom[0].configMapRef.name}`);
  expect(names).toContain(`ServiceAccount ${spec.serviceAccountName}`);
});

test('the script asks for an overlay or a command that is missing', () => {
  expect(run()).toMatchObject({
    status: expect.any(Number) as unknown,
    stderr: expect.stringContaining('which overlay') as unknown,
  });
  expect(run('overlay').stderr).toContain('which command');
});
