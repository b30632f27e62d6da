import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { ROOT } from '../../dev/settings.ts';
import type { Manifest } from '../../deploy/manifests.ts';

const COMPONENTS = 'deploy/k8s/components';
const UNITS: Readonly<Record<string, number>> = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** What the example with operators claims: bytes for PostgreSQL's data, and for one broker of Kafka. */
export function exampleStorage(): { readonly postgresBytes: number; readonly brokerBytes: number } {
  const cluster = component('cloudnative-pg/cluster.yaml', 'Cluster');
  const pool = component('strimzi/kafka.yaml', 'KafkaNodePool');
  const volumes = pool.spec?.['storage'].volumes as readonly { readonly size: string }[];
  return {
    postgresBytes: quantity(cluster.spec?.['storage'].size),
    brokerBytes: volumes.reduce((sum, { size }) => sum + quantity(size), 0),
  };
}

function component(file: string, kind: string): Manifest {
  const objects = loadAll(readFileSync(join(ROOT, COMPONENTS, file), 'utf8')) as Manifest[];
  const found = objects.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`${file} has no ${kind}.`);
  return found;
}

/** A quantity of Kubernetes, such as 100Gi, in bytes. */
export function quantity(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)(\w+)$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit] ?? NaN);
  if (Number.isNaN(bytes)) throw new Error(`"${text}" is no number of Mi, Gi or Ti.`);
  return bytes;
}
