// `npm run cluster`: a real kube-apiserver and etcd validate every overlay, in a namespace that enforces `restricted`. There are no controllers,
// so no pod is made: each template of a workload is therefore tried as a Pod as well. It needs Go, etcd (Debian: etcd-server) and kubectl.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { overlays, manifestsOf, renderedOverlay } from '../deploy/kustomize.ts';
import { podsOf } from '../deploy/manifests.ts';
import type { Fields, Manifest, Pod } from '../deploy/manifests.ts';
import { OPTIONAL_COMPONENTS, renderedWith } from '../deploy/own-overlay.ts';
import { defaultCacheDir } from '../dev/settings.ts';
import { ApiServer } from './api-server.ts';
import { apiServerBinary, KUBERNETES } from './api-server-binary.ts';
import { customResources } from './custom-resources.ts';
import { admin } from './admin.ts';
import { rollOut } from './roll-out.ts';

const say = (line: string): void => console.log(line);
const folder = mkdtempSync(join(tmpdir(), 'signet-cluster-'));
const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? defaultCacheDir(process.env);

const NAMESPACE = 'signet';
const STRICT = ['--validate=strict', '--warnings-as-errors'];
const asYaml = (objects: readonly unknown[]): string => objects.map((one) => dump(one)).join('---\n');

/** @throws with what the API server said */
function must({ ok, output }: { ok: boolean; output: string }, what: string): void {
  if (!ok) throw new Error(`The API server refuses ${what}:\n${output}`);
}

/** The pod that a controller would make of a template; for a StatefulSet with the volumes that it claims. */
const podOf = ({ metadata, spec, workload }: Pod): Fields => {
  const { name } = workload.metadata;
  const claims = (workload.spec?.['volumeClaimTemplates'] ?? []) as readonly Manifest[];
  const volumes = claims.map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}-0` },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, namespace: NAMESPACE },
    spec: { ...spec, volumes: [...(spec.volumes ?? []), ...volumes] },
  };
};

/** Applies the objects that others refer to (namespace, service accounts), then validates everything by a dry run. */
function judge(api: ApiServer, overlay: string, yaml: string): void {
  const objects = manifestsOf(yaml);
  const known = objects.filter(
    ({ apiVersion }) => !isStrimzi(apiVersion) || process.env['SIGNET_STRIMZI_CRDS'] !== undefined,
  );
  const first = known.filter(({ kind }) => kind === 'Namespace' || kind === 'ServiceAccount');
  // In a complete cluster a controller makes this account.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: NAMESPACE } };
  must(
    api.kubectl(['apply', '--server-side', ...STRICT, '-f', '-'], asYaml([...first, account])),
    `the namespace of ${overlay}`,
  );
  must(api.kubectl(['apply', '--server-side', '--dry-run=server', ...STRICT, '-f', '-'], asYaml(known)), overlay);
  const pods = podsOf(objects).map(podOf);
  must(api.kubectl(['create', '--dry-run=server', ...STRICT, '-f', '-'], asYaml(pods)), `a pod of ${overlay}`);
  const left = objects.length - known.length;
  say(
    `${overlay}: ${known.length} objects and ${pods.length} pods accepted${left > 0 ? `, ${left} of Strimzi not tried` : ''}.`,
  );
}

const isStrimzi = (apiVersion: string): boolean => apiVersion.startsWith('kafka.strimzi.io/');

/** Checks that wrong pods are refused: otherwise it would prove nothing that the right ones are accepted. */
function mustRefuse(api: ApiServer, pod: Fields): void {
  const wrong: readonly (readonly [string, Fields, RegExp])[] = [
    [
      'a pod that runs as root',
      { ...pod, spec: { ...pod['spec'], securityContext: { runAsUser: 0 } } },
      /violates PodSecurity "restricted/,
    ],
    [
      'a field that does not exist',
      { ...pod, spec: { ...pod['spec'], readOnly: true } },
      /unknown field|strict decoding/,
    ],
  ];
  for (const [what, object, reason] of wrong) {
    const { ok, output } = api.kubectl(['create', '--dry-run=server', ...STRICT, '-f', '-'], asYaml([object]));
    if (ok || !reason.test(output)) throw new Error(`The API server does not refuse ${what} as it should: ${output}`);
    say(`Refused, as it must be: ${what}.`);
  }
}

/** Checks that the script makes the services after the migration, and makes none when the migration failed. */
async function mustRollOut(server: ApiServer): Promise<void> {
  const failed = await rollOut(server, 'local', 'Failed');
  if (failed.code !== 1 || failed.services.length > 0)
    throw new Error(`It rolled out after a failed migration:\n${failed.output}`);
  const done = await rollOut(server, 'local', 'Complete');
  if (done.code !== 0 || done.services.length !== 3)
    throw new Error(`roll-out.sh ended with ${done.code}:\n${done.output}`);
  say('roll-out.sh made the services after the migration, and none after one that failed.');
}

/** Checks that the script ends with the exit code of its command, also when it cannot get the container's log. */
async function mustRunAdmin(server: ApiServer): Promise<void> {
  for (const wanted of [0, 3]) {
    const { code, args, output } = await admin(server, 'local', ['check', '--json'], wanted);
    if (code !== wanted) throw new Error(`admin.sh ended with ${code} and not with ${wanted}:\n${output}`);
    if (args.join(' ') !== 'apps/admin/dist/main.js check --json') throw new Error(`It ran ${args.join(' ')}.`);
  }
  say('admin.sh made a Job of its own, and ended with the exit code of its command.');
}

/** Programs, each with arguments for a call that succeeds where it is installed. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  go: ['version'],
  etcd: ['--version'],
  kubectl: ['version', '--client'],
};

function checkPrograms(): void {
  const missing = Object.entries(PROGRAMS).filter(([program, args]) => spawnSync(program, args).status !== 0);
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  throw new Error(
    `This needs ${names}. Debian: apt-get install golang etcd-server; kubectl is Kubernetes' own program.`,
  );
}

let api: ApiServer | undefined;
try {
  checkPrograms();
  const binary = apiServerBinary(cacheDir, say);
  api = new ApiServer(binary, folder);
  const startedAt = performance.now();
  await api.start();
  say(`kube-apiserver ${KUBERNETES} was ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`);
  must(
    api.kubectl(['apply', '--server-side', '-f', '-'], customResources(process.env).join('\n---\n')),
    'the custom resources',
  );
  must(api.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s']), 'the custom resources');
  for (const overlay of overlays()) judge(api, overlay, renderedOverlay(overlay));
  const own = `production with ${OPTIONAL_COMPONENTS.join(', ')}`;
  judge(api, own, renderedWith('overlays/production', OPTIONAL_COMPONENTS));
  const [pod] = podsOf(manifestsOf(renderedOverlay('production')));
  if (pod) mustRefuse(api, podOf(pod));
  await mustRollOut(api);
  await mustRunAdmin(api);
} finally {
  await api?.stop();
  rmSync(folder, { recursive: true, force: true });
}
