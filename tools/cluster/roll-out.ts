import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from '../dev/settings.ts';
import type { ApiServer } from './api-server.ts';

const NAMESPACE = 'signet';
const BETWEEN_LOOKS_MS = 250;

interface Seen {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly generation: number };
    readonly spec: { readonly replicas?: number };
    readonly status?: { readonly conditions?: readonly object[] };
  }[];
}

/**
 * Runs deploy/k8s/roll-out.sh against an API server that has no controllers, and does their work: ends the Job and makes the
 * Deployments ready. Throws if the script makes Deployments of services before the Job has ended.
 *
 * @returns the script's exit code, and the Deployments of services that it made
 */
export async function rollOut(
  api: ApiServer,
  overlay: string,
  job: 'Complete' | 'Failed',
): Promise<{ code: number | null; services: readonly string[]; output: string }> {
  const script = spawn('sh', [join(ROOT, 'deploy/k8s/roll-out.sh'), join(ROOT, 'deploy/k8s/overlays', overlay)], {
    env: { ...process.env, KUBECONFIG: api.kubeconfig, PATIENCE: '2m' },
  });
  let output = '';
  for (const stream of [script.stdout, script.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(script, 'close') as Promise<[number | null]>;
  let jobHasEnded = false;
  let services: string[] = [];
  while (script.exitCode === null) {
    const { items } = JSON.parse(
      api.kubectl(['-n', NAMESPACE, 'get', 'jobs,deployments', '-o', 'json']).output || '{"items":[]}',
    ) as Seen;
    services = items
      .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name !== 'signet-gateway')
      .map(({ metadata }) => metadata.name);
    if (services.length > 0 && !jobHasEnded)
      throw new Error(`There were ${services.join(', ')} before the tables were migrated.`);
    for (const { kind, metadata, spec, status } of items) {
      // The Job of an earlier roll-out already has conditions, because it has ended.
      if (kind === 'Job' && status?.conditions === undefined) {
        patchStatus(api, 'job', metadata.name, endedStatus(job));
        jobHasEnded = true;
      }
      if (kind === 'Deployment')
        patchStatus(api, 'deployment', metadata.name, readyStatus(metadata.generation, spec.replicas ?? 1));
    }
    await Promise.race([ended, wait(BETWEEN_LOOKS_MS)]);
  }
  const [code] = await ended;
  return { code, services, output };
}

export function patchStatus(api: ApiServer, kind: string, name: string, status: object): void {
  const patch = [
    '-n',
    NAMESPACE,
    'patch',
    kind,
    name,
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status }),
  ];
  const { ok, output } = api.kubectl(patch);
  // The script may have removed the object since it was listed.
  if (!ok && !output.includes('not found')) throw new Error(`The status of ${name} cannot be set: ${output}`);
}

const readyStatus = (observedGeneration: number, replicas: number): object => ({
  observedGeneration,
  replicas,
  updatedReplicas: replicas,
  readyReplicas: replicas,
  availableReplicas: replicas,
});

/** Status of an ended Job as the Job controller writes it: first the condition of the criterion, then the final one. */
export function endedStatus(type: 'Complete' | 'Failed'): object {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (name: string): object => ({
    type: name,
    status: 'True',
    reason: 'StandIn',
    lastTransitionTime: now,
  });
  return type === 'Complete'
    ? {
        startTime: now,
        completionTime: now,
        succeeded: 1,
        conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
      }
    : { startTime: now, failed: 1, conditions: [condition('FailureTarget'), condition('Failed')] };
}
