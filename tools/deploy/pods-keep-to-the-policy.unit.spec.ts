import { expect, test } from '@jest/globals';
import { parseDuration } from '@signet/service-kit';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import { environmentOf, isOurs, ofKind, podsOf, selects } from './manifests.ts';
import type { Manifest, Pod } from './manifests.ts';
import { podSecurityFaults } from './pod-security.policy.ts';
import { probeFaults, stopFaults } from './service-pod.policy.ts';

const built = kustomizeCommand() ? test.each(overlays()) : test.skip.each(overlays());
const objectsOf = (overlay: string): Manifest[] => manifestsOf(renderedOverlay(overlay));
const servicesOf = (objects: readonly Manifest[]): Pod[] =>
  podsOf(objects).filter((pod) => isOurs(pod) && pod.workload.kind === 'Deployment');

built('in %s, every pod keeps to the level restricted, and has requests', (overlay) => {
  expect(podsOf(objectsOf(overlay)).flatMap(podSecurityFaults)).toEqual([]);
});

built('in %s, every service has its probes, and the time to stop', (overlay) => {
  const objects = objectsOf(overlay);
  const services = servicesOf(objects);
  expect(services.map(({ of }) => of)).toEqual([
    'Deployment/signet-delivery',
    'Deployment/signet-ingestion',
    'Deployment/signet-registry',
  ]);
  const faults = services.flatMap(({ spec }) =>
    spec.containers.flatMap((container) => {
      const environment = environmentOf(container, objects);
      const ms = (name: string): number => parseDuration(environment[name] ?? '') ?? NaN;
      const times = { deadlineMs: ms('SIGNET_SHUTDOWN_DEADLINE'), pauseMs: ms('SIGNET_DRAIN_PAUSE') };
      return [...probeFaults(container), ...stopFaults(spec, container, times)];
    }),
  );
  expect(faults).toEqual([]);
});

built('in %s, no node that is emptied takes all replicas of a service, nor one zone', (overlay) => {
  const objects = objectsOf(overlay);
  for (const { of, metadata, spec } of servicesOf(objects)) {
    const budgets = ofKind(objects, 'PodDisruptionBudget').filter((budget) =>
      selects(budget.spec?.['selector'], metadata.labels),
    );
    expect({ of, budgets: budgets.map((budget) => budget.spec?.['maxUnavailable']) }).toEqual({ of, budgets: [1] });
    const spread = spec['topologySpreadConstraints'] as readonly { topologyKey: string; labelSelector: object }[];
    expect(spread.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
    expect(spread.every(({ labelSelector }) => selects(labelSelector, metadata.labels))).toBe(true);
  }
});

built('in %s, a secret comes from a mounted file, for the group of the service alone', (overlay) => {
  for (const { of, spec } of podsOf(objectsOf(overlay)).filter(isOurs)) {
    const secrets = (spec.volumes ?? []).flatMap(({ name, secret }) => (secret ? [{ name, secret }] : []));
    for (const { secret } of secrets) expect({ of, mode: secret.defaultMode }).toEqual({ of, mode: 0o440 });
    for (const container of spec.containers) {
      const files = (container.env ?? []).filter(({ name }) => name.endsWith('_FILE')).map(({ value }) => value);
      const mounted = secrets.flatMap(({ name, secret }) =>
        (container['volumeMounts'] as readonly { name: string; mountPath: string; readOnly: boolean }[])
          .filter((mount) => mount.name === name && mount.readOnly)
          .flatMap(({ mountPath }) => secret.items.map(({ path }: { path: string }) => `${mountPath}/${path}`)),
      );
      expect({ of, files: files.sort() }).toEqual({ of, files: mounted.sort() });
      expect((container.env ?? []).filter(({ valueFrom }) => valueFrom !== undefined)).toEqual([]);
    }
  }
});

built('in %s, a number of replicas stands with an autoscaler or in the Deployment, not in both', (overlay) => {
  const objects = objectsOf(overlay);
  const scaled = ofKind(objects, 'HorizontalPodAutoscaler').map(({ spec }) => spec?.['scaleTargetRef'].name as string);
  for (const { workload } of servicesOf(objects)) {
    const { name } = workload.metadata;
    expect({ name, replicas: typeof workload.spec?.['replicas'] }).toEqual({
      name,
      replicas: scaled.includes(name) ? 'undefined' : 'number',
    });
  }
  expect(scaled).not.toContain('signet-delivery');
});
