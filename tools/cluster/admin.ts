import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from '../dev/settings.ts';
import type { ApiServer } from './api-server.ts';
import { endedStatus, patchStatus } from './roll-out.ts';

const NAMESPACE = 'signet';
const BETWEEN_LOOKS_MS = 250;
const JOB = 'signet-admin';

interface SeenJob {
  readonly metadata: { readonly uid: string };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly containers: readonly { readonly name: string; readonly args: readonly string[] }[] };
    };
  };
}

/**
 * Runs deploy/k8s/admin.sh against an API server that has no controllers and no nodes, and does their work: makes the Job's pod, lets
 * its container end with `exitCode`, and ends the Job. The container's log cannot be read.
 *
 * @returns the script's exit code, and the arguments of the Job's container
 */
export async function admin(
  api: ApiServer,
  overlay: string,
  command: readonly string[],
  exitCode: number,
): Promise<{ code: number | null; args: readonly string[]; output: string }> {
  const script = spawn(
    'sh',
    [join(ROOT, 'deploy/k8s/admin.sh'), join(ROOT, 'deploy/k8s/overlays', overlay), ...command],
    { env: { ...process.env, KUBECONFIG: api.kubeconfig, PATIENCE: '120' } },
  );
  let output = '';
  for (const stream of [script.stdout, script.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(script, 'close') as Promise<[number | null]>;
  // Before the script deletes it, the Job of an earlier call may still be there.
  const before = jobOf(api)?.metadata.uid;
  const seen = new Set(before === undefined ? [] : [before]);
  let args: readonly string[] = [];
  while (script.exitCode === null) {
    const job = jobOf(api);
    if (job !== undefined && !seen.has(job.metadata.uid)) {
      seen.add(job.metadata.uid);
      args = job.spec.template.spec.containers[0]?.args ?? [];
      makePod(api, job, exitCode);
      patchStatus(api, 'job', JOB, endedStatus(exitCode === 0 ? 'Complete' : 'Failed'));
    }
    await Promise.race([ended, wait(BETWEEN_LOOKS_MS)]);
  }
  const [code] = await ended;
  return { code, args, output };
}

function jobOf(api: ApiServer): SeenJob | undefined {
  const { ok, output } = api.kubectl(['-n', NAMESPACE, 'get', 'job', JOB, '--ignore-not-found', '-o', 'json']);
  return ok && output.trim() !== '' ? (JSON.parse(output) as SeenJob) : undefined;
}

/** Makes the Job's pod as the Job controller would, in the state in which the kubelet leaves it. A real pod is owned by its Job and deleted with it. */
function makePod(api: ApiServer, { spec: { template } }: SeenJob, exitCode: number): void {
  const name = `${JOB}-pod`;
  api.kubectl(['-n', NAMESPACE, 'delete', 'pod', name, '--ignore-not-found', '--force', '--grace-period=0']);
  const labels = { ...template.metadata.labels, 'job-name': JOB };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels }, spec: template.spec };
  const { ok, output } = api.kubectl(['create', '-f', '-'], JSON.stringify(pod));
  if (!ok) throw new Error(`The API server refuses the pod of the Job: ${output}`);
  const [container] = template.spec.containers;
  const status = {
    name: container?.name,
    ready: false,
    restartCount: 0,
    image: 'signet',
    imageID: '',
    state: { terminated: { exitCode } },
  };
  patchStatus(api, 'pod', name, { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [status] });
}
