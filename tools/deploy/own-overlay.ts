import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { renderedFolder } from './kustomize.ts';

const K8S = join(ROOT, 'deploy/k8s');

/** Components that no overlay of the repository uses, because they depend on the operator's own cluster. */
export const OPTIONAL_COMPONENTS = ['ingress', 'mail', 'tracing'] as const;

/**
 * Renders an overlay as an operator would write it, as YAML: on top of `base` (a folder of deploy/k8s, such as `overlays/production`), with
 * these components. The overlay is written below .tmp, since kustomize takes no absolute path, and removed at once.
 */
export function renderedWith(base: string, components: readonly string[]): string {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  const own = mkdtempSync(join(ROOT, '.tmp/overlay-'));
  const from = (path: string): string => relative(own, join(K8S, path));
  try {
    writeFileSync(
      join(own, 'kustomization.yaml'),
      JSON.stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [from(base)],
        components: components.map((name) => from(`components/${name}`)),
      }),
    );
    return renderedFolder(own);
  } finally {
    rmSync(own, { recursive: true });
  }
}
