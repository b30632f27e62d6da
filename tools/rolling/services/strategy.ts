import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { ServiceName } from '../../dev/gateway/gateway-routes.ts';
import { ROOT } from '../../dev/settings.ts';
import type { RollStrategy } from './roll-steps.policy.ts';

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly strategy: { readonly rollingUpdate: { readonly maxSurge: number; readonly maxUnavailable: number } };
    readonly template: { readonly spec: { readonly terminationGracePeriodSeconds: number } };
  };
}

/** How deploy/k8s/base rolls a service out. */
export function deployedStrategy(service: ServiceName): RollStrategy {
  const file = join(ROOT, 'deploy/k8s/base', service, 'deployment.yaml');
  const { spec } = load(readFileSync(file, 'utf8')) as Deployment;
  return {
    replicas: spec.replicas,
    ...spec.strategy.rollingUpdate,
    minReadySeconds: spec.minReadySeconds ?? 0,
    graceSeconds: spec.template.spec.terminationGracePeriodSeconds,
  };
}
