import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SERVICES, routeOf } from '../dev/gateway/gateway-routes.ts';
import type { ServiceName } from '../dev/gateway/gateway-routes.ts';
import { ROOT } from '../dev/settings.ts';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import { environmentOf, isOurs, ofKind, podsOf, selects } from './manifests.ts';
import type { Container, Fields, Manifest } from './manifests.ts';
import { DEFINITIONS, settingsFaults } from './service-settings.ts';

const built = kustomizeCommand() ? test.each(overlays()) : test.skip.each(overlays());
const objectsOf = (overlay: string): Manifest[] => manifestsOf(renderedOverlay(overlay));

interface ServiceContainer {
  readonly service: ServiceName;
  readonly container: Container;
  readonly labels: Readonly<Record<string, string>>;
}

const servicesOf = (objects: readonly Manifest[]): ServiceContainer[] =>
  podsOf(objects)
    .filter((pod) => isOurs(pod) && pod.workload.kind === 'Deployment')
    .flatMap(({ spec, metadata }) =>
      spec.containers.map((container) => ({
        service: container.name as ServiceName,
        container,
        labels: metadata.labels,
      })),
    );

built('in %s, each service gets settings that it knows, and all that it needs', (overlay) => {
  const objects = objectsOf(overlay);
  const services = servicesOf(objects);
  expect(services.map(({ service }) => service).sort()).toEqual([...SERVICES].sort());
  const faults = services.flatMap(({ service, container }) =>
    settingsFaults(service, environmentOf(container, objects)),
  );
  expect(faults).toEqual([]);
});

built('in %s, the tables are migrated before the services start, and with their settings', (overlay) => {
  const objects = objectsOf(overlay);
  const [job] = podsOf(objects).filter(({ workload }) => workload.kind === 'Job');
  const [container] = job?.spec.containers ?? [];
  if (container === undefined) throw new Error('There is no Job that migrates.');
  expect(container['args']).toEqual(['apps/admin/dist/main.js', 'migrate']);
  expect(existsSync(join(ROOT, 'apps/admin/src/main.ts'))).toBe(true);
  const environment = environmentOf(container, objects);
  for (const service of ['registry', 'delivery'] as const) expect(settingsFaults(service, environment)).toEqual([]);
  for (const { service, container: own } of servicesOf(objects).filter(({ service }) => service !== 'ingestion'))
    expect({ service, migrate: environmentOf(own, objects)['SIGNET_MIGRATE'] }).toEqual({ service, migrate: 'never' });
});

built('in %s, a migration ends by itself, and Argo CD and Flux make its Job anew', (overlay) => {
  const objects = objectsOf(overlay);
  const [job] = ofKind(objects, 'Job');
  expect(job?.spec).toMatchObject({
    backoffLimit: expect.any(Number),
    activeDeadlineSeconds: expect.any(Number),
    ttlSecondsAfterFinished: expect.any(Number),
  });
  expect(job?.metadata.annotations).toMatchObject({
    'argocd.argoproj.io/hook': 'Sync',
    'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    'kustomize.toolkit.fluxcd.io/force': 'enabled',
  });
  const wave = ({ metadata }: Manifest): number => Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
  const later = objects.filter((object) => wave(object) > wave(job as Manifest));
  const services = SERVICES.map((service) => `Deployment/signet-${service}`);
  const autoscalers = ofKind(objects, 'HorizontalPodAutoscaler').map(
    ({ kind, metadata }) => `${kind}/${metadata.name}`,
  );
  expect(later.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual(
    [...services, ...autoscalers].sort(),
  );
});

built('in %s, the address of a caller counts, and not that of the gateway', (overlay) => {
  const objects = objectsOf(overlay);
  for (const { container } of servicesOf(objects))
    expect(environmentOf(container, objects)['SIGNET_TRUSTED_PROXIES']).toMatch(/\/\d+$/);
});

built('in %s, programs and ports are those of the code, and one image runs all', (overlay) => {
  const objects = objectsOf(overlay);
  for (const { service, container, labels } of servicesOf(objects)) {
    expect(container['args']).toEqual([`apps/${service}/dist/main.js`]);
    const number = (name: string): number => Number(DEFINITIONS[service][name]?.default);
    const environment = environmentOf(container, objects);
    const ports = Object.fromEntries(
      (container['ports'] as readonly Fields[]).map(({ name, containerPort }) => [name, containerPort]),
    );
    expect(ports).toEqual({ http: number('SIGNET_HTTP_PORT'), management: number('SIGNET_MANAGEMENT_PORT') });
    expect(environment).toMatchObject({
      SIGNET_HTTP_PORT: String(ports['http']),
      SIGNET_MANAGEMENT_PORT: String(ports['management']),
    });
    const addresses = ofKind(objects, 'Service').filter(({ spec }) =>
      selects({ matchLabels: spec?.['selector'] }, labels),
    );
    expect(addresses.map(({ spec }) => spec?.['ports'])).toEqual([
      [{ name: 'http', port: ports['http'], targetPort: 'http', appProtocol: 'http' }],
    ]);
  }
  const images = podsOf(objects)
    .filter(isOurs)
    .flatMap(({ spec }) => spec.containers.map(({ image }) => image));
  expect(new Set(images).size).toBe(1);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(images[0]?.split(':')[1]).toBe(overlay === 'local' ? 'local' : version);
});

/** Paths whose owner the gateway of `npm start` knows, and neighbours of them. */
const PATHS = [
  ...[
    '/v1/webhooks',
    '/v1/event-types',
    '/v1/tenants/t1',
    '/v1/api-keys/k1',
    '/v1/session',
    '/',
    '/console',
    '/v1/eventsandmore',
  ],
  ...['/v1/events', '/v1/deliveries/1/attempts', '/v1/replays', '/v1/circuits', '/v1/failures', '/v1/statistics'],
  ...SERVICES.map((service) => `/openapi/${service}.json`),
];

test.each(PATHS)('a route of the Gateway API sends %s where npm start does', (path) => {
  if (!kustomizeCommand()) return;
  const [route] = ofKind(objectsOf('production'), 'HTTPRoute');
  const rules = (route?.spec?.['rules'] as readonly Fields[]).flatMap((rule) =>
    (rule['matches'] as readonly Fields[]).map((match) => ({ rule, match: match['path'] as Fields })),
  );
  // As the Gateway API decides: an exact path first, then the longest prefix of whole segments.
  const [found] = rules
    .filter(({ match: { type, value } }) =>
      type === 'Exact' ? value === path : `${path}/`.startsWith(value === '/' ? '/' : `${value}/`),
    )
    .sort(
      (a, b) =>
        Number(b.match['type'] === 'Exact') - Number(a.match['type'] === 'Exact') ||
        b.match['value'].length - a.match['value'].length,
    );
  const rewritten = found?.rule['filters']?.[0]?.urlRewrite.path.replaceFullPath ?? path;
  expect({ service: found?.rule['backendRefs'][0].name, path: rewritten }).toEqual({
    service: `signet-${routeOf(path).service}`,
    path: routeOf(path).path,
  });
});
