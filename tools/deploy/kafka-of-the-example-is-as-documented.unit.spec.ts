import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { TOPICS } from '@signet/contracts';
import { ROOT } from '../dev/settings.ts';
import { aclTable } from '../docs/acls/acl-table.ts';
import { DEFINITIONS } from './service-settings.ts';
import { kustomizeCommand, manifestsOf, renderedOverlay } from './kustomize.ts';
import { ofKind } from './manifests.ts';
import type { Fields } from './manifests.ts';

const built = kustomizeCommand() ? test : test.skip;
const SOURCES = String(DEFINITIONS.ingestion['SIGNET_SOURCE_TOPICS']?.default).split(',');

built('the example makes every topic of ours as the code would, and the source topics, three copies each', () => {
  const made = ofKind(manifestsOf(renderedOverlay('operators')), 'KafkaTopic').map(({ spec = {} }) => spec);
  const own = made.filter(({ topicName }) => !SOURCES.includes(topicName));
  const seen = own.map(({ topicName, partitions, config }) => ({
    name: topicName as string,
    partitions: partitions as number,
    cleanup: config['cleanup.policy'] as string,
    retentionMs: config['retention.ms'] as number | undefined,
  }));
  const wanted = TOPICS.map(({ name, partitions, cleanup, retentionMs }) => ({
    name,
    partitions,
    cleanup,
    retentionMs,
  }));
  expect(byName(seen)).toEqual(byName(wanted));
  expect(
    made
      .map(({ topicName }) => topicName as string)
      .filter((name) => SOURCES.includes(name))
      .sort(),
  ).toEqual([...SOURCES].sort());
  for (const { topicName, replicas, config } of made)
    expect({ topicName, replicas, least: config['min.insync.replicas'] }).toEqual({ topicName, replicas: 3, least: 2 });
});

const byName = <T extends { name: string }>(topics: readonly T[]): T[] =>
  [...topics].sort((a, b) => a.name.localeCompare(b.name));

built.each([
  ['registry', 'registry'],
  ['ingestion', 'ingestion'],
  ['delivery', 'delivery'],
  ['admin', 'signet-admin, all commands'],
])('the user signet-%s may do what the guide says, and creates no topic', (name, row) => {
  const page = readFileSync(join(ROOT, 'docs/guides/connecting.md'), 'utf8');
  const wanted = aclTable(page, '', SOURCES)
    .find(({ who }) => who === row)
    ?.acls.filter(({ operation }) => operation !== 'CREATE')
    .map(({ on, name, operation }) => `${on} ${name} ${operation}`);
  const users = ofKind(manifestsOf(renderedOverlay('operators')), 'KafkaUser');
  const user = users.find(({ metadata }) => metadata.name === `signet-${name}`);
  const given = (user?.spec?.['authorization'].acls as readonly Fields[]).flatMap(({ resource, operations }) =>
    (operations as readonly string[]).map(
      (operation) =>
        `${resource.type.toUpperCase()} ${resource.name}${resource.patternType === 'prefix' ? '*' : ''} ${inKafkasWords(operation)}`,
    ),
  );
  expect([...new Set(given)].sort()).toEqual([...new Set(wanted)].sort());
  expect(given).toHaveLength(new Set(given).size);
});

/** Strimzi writes `DescribeConfigs`. */
const inKafkasWords = (operation: string): string => operation.replaceAll(/\B[A-Z]/g, '_$&').toUpperCase();

built('a service shows itself as the user that the example makes, with the Secret that Strimzi makes', () => {
  const objects = manifestsOf(renderedOverlay('operators'));
  const users = ofKind(objects, 'KafkaUser').map(({ metadata }) => metadata.name);
  for (const { metadata, spec } of ofKind(objects, 'Deployment')) {
    const { containers, volumes } = spec?.['template'].spec;
    const name = containers[0].env.find((variable: Fields) => variable['name'] === 'SIGNET_KAFKA_USERNAME')?.value;
    const secret = volumes.find((volume: Fields) => volume['name'] === 'kafka')?.secret.secretName;
    expect({ of: metadata.name, name, secret }).toEqual({ of: metadata.name, name: secret, secret: metadata.name });
    expect(users).toContain(name);
  }
});

built('Kafka and PostgreSQL of the example confirm nothing that one node alone has', () => {
  const objects = manifestsOf(renderedOverlay('operators'));
  const [kafka] = ofKind(objects, 'Kafka');
  expect(kafka?.spec?.['kafka'].config).toMatchObject({
    'min.insync.replicas': 2,
    'unclean.leader.election.enable': false,
    'auto.create.topics.enable': false,
  });
  const [postgres] = ofKind(objects, 'Cluster');
  expect(postgres?.spec).toMatchObject({
    instances: 3,
    postgresql: { synchronous: { number: 1, dataDurability: 'required' } },
  });
});
