import { BlockList, isIPv4 } from 'node:net';
import { expect, test } from '@jest/globals';
import { EgressRules } from '@signet/egress';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import { isOurs, ofKind, podsOf, selects } from './manifests.ts';
import type { Fields, Manifest, Pod } from './manifests.ts';

const built = kustomizeCommand() ? test.each(overlays()) : test.skip.each(overlays());
const objectsOf = (overlay: string): Manifest[] => manifestsOf(renderedOverlay(overlay));

const policiesOf = (objects: readonly Manifest[], pod: Pod, direction: 'Ingress' | 'Egress'): Fields[] =>
  ofKind(objects, 'NetworkPolicy')
    .map(({ spec = {} }) => spec)
    .filter((spec) => spec['policyTypes'].includes(direction) && selects(spec['podSelector'], pod.metadata.labels));

const rulesOf = (objects: readonly Manifest[], pod: Pod, direction: 'Ingress' | 'Egress'): Fields[] =>
  policiesOf(objects, pod, direction).flatMap((spec) => spec[direction.toLowerCase()] ?? []);

const ours = (objects: readonly Manifest[]): Pod[] => podsOf(objects).filter(isOurs);

built('in %s, nothing goes in or out of our pods by default', (overlay) => {
  const objects = objectsOf(overlay);
  for (const pod of ours(objects)) {
    for (const direction of ['Ingress', 'Egress'] as const)
      expect(policiesOf(objects, pod, direction).some((spec) => spec[direction.toLowerCase()] === undefined)).toBe(
        true,
      );
  }
});

built('in %s, only Prometheus reaches a management port', (overlay) => {
  const objects = objectsOf(overlay);
  for (const pod of ours(objects)) {
    const management = rulesOf(objects, pod, 'Ingress').filter(
      (rule) => !portsOf(rule).every((port) => port === 'http'),
    );
    expect(management.map((rule) => rule['from'])).toEqual([
      [
        {
          namespaceSelector: { matchLabels: { 'signet.example/prometheus': 'true' } },
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
        },
      ],
    ]);
  }
});

const portsOf = (rule: Fields): unknown[] => (rule['ports'] ?? [{}]).map(({ port }: Fields) => port);

/** Addresses that a pod may open any connection to, or one of a single port. */
function reach(objects: readonly Manifest[], pod: Pod): (address: string) => 'any port' | readonly number[] {
  const rules = rulesOf(objects, pod, 'Egress').flatMap((rule) =>
    (rule['to'] as readonly Fields[]).flatMap(({ ipBlock }) =>
      ipBlock ? [{ block: ipBlock, ports: rule['ports'] as Fields[] }] : [],
    ),
  );
  return (address) => {
    const hits = rules.filter(({ block }) => lies(address, [block.cidr]) && !lies(address, block.except ?? []));
    if (hits.some(({ ports }) => ports.some(({ port, endPort }) => port === 1 && endPort === 65_535)))
      return 'any port';
    return hits.flatMap(({ ports }) => ports.map(({ port }) => Number(port)));
  };
}

function lies(address: string, cidrs: readonly string[]): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [net = '', bits] = cidr.split('/');
    list.addSubnet(net, Number(bits), isIPv4(net) ? 'ipv4' : 'ipv6');
  }
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

const PUBLIC = ['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:800::200e'];
const INNER = [
  ...['10.0.0.1', '10.244.1.7', '10.96.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '127.0.0.1', '0.0.0.0'],
  ...['169.254.169.254', '168.63.129.16', '192.0.0.192', '224.0.0.1', '255.255.255.255'],
  ...[
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    'fc00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:a00:1::',
    '2001:db8::1',
  ],
];

built('in %s, delivery reaches the internet, and neither the cluster nor metadata addresses', (overlay) => {
  const objects = objectsOf(overlay);
  const [delivery] = ours(objects).filter(({ of }) => of === 'Deployment/signet-delivery');
  if (delivery === undefined) throw new Error('There is no delivery.');
  const reaches = reach(objects, delivery);
  for (const address of PUBLIC) expect({ address, reach: reaches(address) }).toEqual({ address, reach: 'any port' });
  for (const address of INNER)
    expect({ address, open: reaches(address) === 'any port' }).toEqual({ address, open: false });
  // Inside the cluster, delivery may at most connect to single ports of PostgreSQL and Kafka, in networks that the overlay names.
  expect(
    INNER.flatMap((address) => [reaches(address)].flat()).filter((port) => ![5432, 9096].includes(Number(port))),
  ).toEqual([]);
});

built('in %s, the policy of deliveries and the egress guard refuse the same addresses', (overlay) => {
  const objects = objectsOf(overlay);
  const [delivery] = ours(objects).filter(({ of }) => of === 'Deployment/signet-delivery');
  const reaches = reach(objects, delivery as Pod);
  const guard = new EgressRules({ allow: [] });
  const edges = ofKind(objects, 'NetworkPolicy')
    .filter(({ metadata }) => metadata.name === 'deliveries')
    .flatMap(({ spec }) => spec?.['egress'][0].to as readonly Fields[])
    .flatMap(({ ipBlock }) => [ipBlock.cidr, ...ipBlock.except] as string[])
    .map((cidr) => cidr.split('/')[0] ?? '');
  expect(edges.length).toBeGreaterThan(20);
  for (const address of [...edges, ...PUBLIC, ...INNER])
    expect({ address, open: reaches(address) === 'any port' }).toEqual({ address, open: guard.isAllowed(address) });
});

/** Ports that the rules open, except the rule for the internet (it begins with port 1); the destination does not matter here. */
const innerPorts = (objects: readonly Manifest[], pod: Pod): number[] => {
  const ports = rulesOf(objects, pod, 'Egress').flatMap((rule) => portsOf(rule).map(Number));
  return [...new Set(ports)].filter((port) => port !== 1).sort((a, b) => a - b);
};

built('in %s, each pod reaches names and Kafka, and PostgreSQL where it has tables: the Job, too', (overlay) => {
  const objects = objectsOf(overlay);
  const kafka = Number(/SIGNET_KAFKA_BROKERS: \S+:(\d+)$/m.exec(renderedOverlay(overlay))?.[1]);
  const reached = Object.fromEntries(ours(objects).map((pod) => [pod.of, innerPorts(objects, pod)]));
  const all = [53, 5_432, kafka];
  expect(reached).toEqual({
    'Deployment/signet-registry': all,
    'Deployment/signet-ingestion': [53, kafka],
    'Deployment/signet-delivery': all,
    'Job/signet-migrate': all,
  });
});

built('in %s, no other service of ours reaches the internet', (overlay) => {
  const objects = objectsOf(overlay);
  for (const pod of ours(objects).filter(({ of }) => of !== 'Deployment/signet-delivery'))
    for (const address of PUBLIC)
      expect({ of: pod.of, reach: reach(objects, pod)(address) }).toEqual({ of: pod.of, reach: [] });
});
