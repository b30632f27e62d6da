import { expect, test } from '@jest/globals';
import { kustomizeCommand, manifestsOf, renderedOverlay } from './kustomize.ts';
import { environmentOf, isOurs, ofKind, podsOf } from './manifests.ts';
import type { Manifest, Pod } from './manifests.ts';

const built = kustomizeCommand() ? test : test.skip;

/** Sessions of a replica in addition to its pool: its relay, a migration, and the retention of delivery (docs/guides/connecting.md). */
const BESIDE_THE_POOL = 3;
/** superuser_reserved_connections (3), the Job that migrates, CloudNativePG's own, and a person with psql. */
const RESERVED = 20;

/** The most replicas that may run at once: all that the autoscaler allows, plus those that a roll-out adds for a while. */
function mostReplicas(objects: readonly Manifest[], { workload }: Pod): number {
  const { name } = workload.metadata;
  const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(({ spec }) => spec?.['scaleTargetRef'].name === name);
  const replicas = Number(scaler?.spec?.['maxReplicas'] ?? workload.spec?.['replicas']);
  return replicas + Number(workload.spec?.['strategy'].rollingUpdate.maxSurge);
}

built('PostgreSQL of the example allows as many sessions as all replicas may open', () => {
  const objects = manifestsOf(renderedOverlay('operators'));
  const users = podsOf(objects).filter(
    (pod) =>
      isOurs(pod) && pod.workload.kind === 'Deployment' && pod.metadata.labels['signet.example/database'] === 'true',
  );
  expect(users.map(({ of }) => of).sort()).toEqual(['Deployment/signet-delivery', 'Deployment/signet-registry']);
  const needed = users
    .flatMap((pod) => pod.spec.containers.map((container) => ({ pod, container })))
    .map(({ pod, container }) => {
      const pool = Number(environmentOf(container, objects)['SIGNET_DATABASE_POOL']);
      return mostReplicas(objects, pod) * (pool + BESIDE_THE_POOL);
    })
    .reduce((sum, sessions) => sum + sessions, 0);
  const [postgres] = ofKind(objects, 'Cluster');
  const most = Number(postgres?.spec?.['postgresql'].parameters.max_connections);
  expect(needed).toBeGreaterThan(100);
  expect(most - RESERVED).toBeGreaterThanOrEqual(needed);
});
