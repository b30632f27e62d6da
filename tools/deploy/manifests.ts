/** An object of Kubernetes, as far as these tests look into it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Fields;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- schemas are checked by kubernetes-validate, not by types
export type Fields = Readonly<Record<string, any>>;

export interface Pod {
  /** The workload, such as `Deployment/signet-registry`. */
  readonly of: string;
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
  readonly workload: Manifest;
}

export interface PodSpec extends Fields {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Fields[];
}

export interface Container extends Fields {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: Fields }[];
  readonly envFrom?: readonly Fields[];
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

/** The pods that Kubernetes would make; those that an operator makes of its own resources are not among them. */
export const podsOf = (manifests: readonly Manifest[]): Pod[] =>
  manifests
    .filter(({ kind }) => WORKLOADS.has(kind))
    .map((workload) => ({
      of: `${workload.kind}/${workload.metadata.name}`,
      metadata: { labels: {}, ...workload.spec?.['template'].metadata },
      spec: workload.spec?.['template'].spec,
      workload,
    }));

/** Pods that run our image, which kustomize knows as `signet`. */
export const isOurs = ({ metadata }: Pod): boolean => metadata.labels['app.kubernetes.io/part-of'] === 'signet';

export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** The environment variables of a container; a later `envFrom` overrides an earlier one, as in Kubernetes. */
export function environmentOf(container: Container, manifests: readonly Manifest[]): Record<string, string> {
  const fromMaps = (container.envFrom ?? []).map(({ configMapRef }) => {
    const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name);
    if (map === undefined) throw new Error(`${container.name} reads a ConfigMap that is not there`);
    return map.data ?? {};
  });
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? ''] as const);
  return { ...Object.assign({}, ...fromMaps), ...Object.fromEntries(own) };
}

/** Whether a selector of labels takes these labels; only `matchLabels` is used here. */
export const selects = (selector: Fields | undefined, labels: Readonly<Record<string, string>>): boolean =>
  selector !== undefined &&
  Object.keys(selector).every((key) => key === 'matchLabels') &&
  Object.entries(selector['matchLabels'] ?? {}).every(([name, value]) => labels[name] === value);
