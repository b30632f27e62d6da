import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routeOf } from '../dev/gateway-routes.ts';
import { ROOT } from '../dev/settings.ts';
import { kustomizeCommand, manifestsOf, overlays, renderedFolder, renderedOverlay } from './kustomize.ts';
import { ofKind } from './manifests.ts';
import type { Fields } from './manifests.ts';

const built = kustomizeCommand() ? test : test.skip;
const K8S = join(ROOT, 'deploy/k8s');

let folder: string;
beforeAll(() => {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  folder = mkdtempSync(join(ROOT, '.tmp/overlay-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An overlay of the base and these components. */
function withComponents(...components: readonly string[]): string {
  const from = (path: string): string => relative(folder, join(K8S, path));
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    JSON.stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [from('base')],
      components: components.map((name) => from(`components/${name}`)),
    }),
  );
  return renderedFolder(folder);
}

built('an Ingress takes the place of the routes, and sends each path where npm start does', () => {
  const [ingress] = ofKind(manifestsOf(withComponents('ingress')), 'Ingress');
  const paths = ingress?.spec?.['rules'][0].http.paths as readonly Fields[];
  expect(paths.length).toBeGreaterThan(4);
  for (const { path, pathType, backend } of paths)
    expect({ path, pathType, service: backend.service.name }).toEqual({
      path,
      pathType: 'Prefix',
      service: `signet-${routeOf(path).service}`,
    });
});

built('every component is in an overlay, but for the Ingress', () => {
  const all = overlays().map(renderedOverlay).join('\n');
  // One object of each, which only this component makes.
  const objects: Readonly<Record<string, RegExp>> = {
    autoscaling: /^kind: HorizontalPodAutoscaler$/m,
    'cloudnative-pg': /^apiVersion: postgresql\.cnpg\.io/m,
    'gateway-api': /^kind: HTTPRoute$/m,
    'kafka-scram': /SIGNET_KAFKA_SASL_MECHANISM/,
    monitoring: /^kind: PodMonitor$/m,
    'network-policies': /name: default-deny$/m,
    strimzi: /^kind: KafkaUser$/m,
  };
  const components = readdirSync(join(K8S, 'components')).sort();
  expect(components).toEqual([...Object.keys(objects), 'ingress'].sort());
  for (const [name, object] of Object.entries(objects))
    expect({ name, used: object.test(all) }).toEqual({ name, used: true });
});
