import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import { podsOf } from './manifests.ts';
import type { Fields, Manifest } from './manifests.ts';

const built = kustomizeCommand() ? test.each(overlays()) : test.skip.each(overlays());

/** Secrets that the operators make by themselves: of each KafkaUser, and their authorities. */
const MADE_BY_OPERATORS = [
  ...['registry', 'ingestion', 'delivery', 'admin'].map((service) => `signet-${service}/password`),
  'signet-kafka-cluster-ca-cert/ca.crt',
  'signet-postgres-ca/ca.crt',
];

const GIVEN = {
  DATABASE_URL: "postgres://signet:it's@db.example.com:5432/signet?sslmode=verify-full",
  KAFKA_PASSWORD_REGISTRY: 'registry: #1',
  KAFKA_PASSWORD_INGESTION: 'ingestion',
  KAFKA_PASSWORD_DELIVERY: 'delivery',
  KAFKA_PASSWORD_ADMIN: 'admin',
};

const run = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  spawnSync('sh', [join(ROOT, 'deploy/k8s/make-secrets.sh'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
const made = (overlay: string): Manifest[] => manifestsOf(run([overlay], GIVEN).stdout).filter((one) => one !== null);
const keysOf = (secrets: readonly Manifest[]): string[] =>
  secrets.flatMap(({ metadata, stringData = {} }) => Object.keys(stringData).map((key) => `${metadata.name}/${key}`));

built('the script makes every Secret that %s mounts and no operator makes', (overlay) => {
  const mounted = podsOf(manifestsOf(renderedOverlay(overlay)))
    .flatMap(({ spec }) => spec.volumes ?? [])
    .flatMap(({ secret }) => (secret ? secret.items.map(({ key }: Fields) => `${secret.secretName}/${key}`) : []));
  const others = overlay === 'operators' ? MADE_BY_OPERATORS : [];
  expect(mounted.length).toBeGreaterThan(3);
  expect([...new Set(mounted)].filter((key) => !others.includes(key) && !keysOf(made(overlay)).includes(key))).toEqual(
    [],
  );
});

test('keys and passwords are new each time, and given values are kept unchanged', () => {
  const value = (secrets: readonly Manifest[], name: string, key: string): unknown =>
    secrets.find(({ metadata }) => metadata.name === name)?.stringData?.[key];
  const [first, second] = [made('local'), made('local')];
  for (const [name, key] of [
    ['signet-sealing-keys', 'keys'],
    ['signet-operator-key', 'key'],
    ['signet-database', 'uri'],
  ] as const)
    expect(value(first, name, key)).not.toBe(value(second, name, key));
  expect(String(value(first, 'signet-sealing-keys', 'keys')).split(':')[1]).toHaveLength(44);
  expect(value(first, 'signet-database', 'uri')).toContain(`:${value(first, 'signet-database', 'password')}@`);
  expect(value(made('production'), 'signet-database', 'uri')).toBe(GIVEN.DATABASE_URL);
  expect(value(made('production'), 'signet-registry', 'password')).toBe(GIVEN.KAFKA_PASSWORD_REGISTRY);
});

test('without a value that it needs, or without an overlay, the script makes nothing', () => {
  const { DATABASE_URL: _, ...rest } = GIVEN;
  const refused = run(['production'], rest);
  expect(refused.status).not.toBe(0);
  expect(refused.stdout).toBe('');
  expect(run([], GIVEN)).toMatchObject({ status: 64, stdout: '' });
});
