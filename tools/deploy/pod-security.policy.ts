import type { Container, Fields, Pod } from './manifests.ts';
import { isOurs } from './manifests.ts';

/** Volumes that the level `restricted` allows. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * What a pod lacks of the level `restricted` of Kubernetes' pod security standards, and of what this house adds: numeric users, a
 * root file system that cannot be written, no token, requests and a limit of memory.
 *
 * @returns a sentence for each fault
 */
export function podSecurityFaults(pod: Pod): string[] {
  const { spec } = pod;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return [
    ...faultsOfPod(spec).map((fault) => `${pod.of} ${fault}`),
    ...containers.flatMap((container) =>
      faultsOfContainer(container, isOurs(pod)).map((fault) => `${pod.of}, ${container.name}: ${fault}`),
    ),
  ];
}

const faultsOfPod = (spec: Pod['spec']): string[] => {
  const { securityContext: context = {}, volumes = [] } = spec;
  return named({
    'must run as no root': context.runAsNonRoot === true,
    'must have a user by number': Number(context.runAsUser) > 0,
    'must have the seccomp profile RuntimeDefault': context.seccompProfile?.type === 'RuntimeDefault',
    'must mount no token': spec['automountServiceAccountToken'] === false,
    'must share nothing of its node': !spec['hostNetwork'] && !spec['hostPID'] && !spec['hostIPC'],
    'has a volume that restricted refuses': volumes.every(isAllowedVolume),
  });
};

const isAllowedVolume = (volume: Fields): boolean =>
  Object.keys(volume).every((key) => key === 'name' || VOLUMES.includes(key));

const faultsOfContainer = (
  { securityContext: context = {}, resources = {}, ports }: Container,
  ours: boolean,
): string[] =>
  named({
    'must not rise in privileges': context.allowPrivilegeEscalation === false && !context.privileged,
    'must drop all capabilities': context.capabilities?.drop?.includes('ALL') === true,
    // The only capability that the level `restricted` lets a container add. Our own containers must add none.
    'adds a capability': (context.capabilities?.add ?? []).every(
      (name: string) => !ours && name === 'NET_BIND_SERVICE',
    ),
    'must not write its root file system': !ours || context.readOnlyRootFilesystem === true,
    'must have a user that is not root': context.runAsUser !== 0 && context.runAsNonRoot !== false,
    'must request CPU and memory': resources.requests?.cpu !== undefined && resources.requests?.memory !== undefined,
    // A CPU limit would pause a busy event loop in the middle of a request; a memory limit ends a process that leaks.
    'must limit memory, and not CPU': resources.limits?.memory !== undefined && resources.limits?.cpu === undefined,
    'takes a port of its node': (ports ?? []).every((port: Fields) => port['hostPort'] === undefined),
  });

const named = (rules: Readonly<Record<string, boolean>>): string[] =>
  Object.entries(rules)
    .filter(([, holds]) => !holds)
    .map(([fault]) => fault);
