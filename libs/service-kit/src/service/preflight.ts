import type { TopicDefinition } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { ensureTopics } from '@signet/kafka';
import type { Client } from 'pg';
import { withClient } from '../database/connect.ts';
import type { DatabaseAddress } from '../database/database-address.ts';
import type { DatabaseOptions } from '../database/database-options.ts';
import { requireOwnSessions } from '../database/sessions/own-sessions.ts';
import { compareWithDatabase } from '../installation/database-installation.ts';
import { claimTopics, compareWithKafka } from '../installation/kafka-installation.ts';
import { pingBrokers } from './ping-brokers.ts';
import { untilReachable } from './until-reachable.ts';
import type { UntilReachableOptions } from './until-reachable.ts';

export interface Preflight {
  /** SIGNET_INSTALLATION; undefined for a service that belongs to none. */
  readonly installation: string | undefined;
  readonly database: Pick<DatabaseOptions, 'url' | 'tls' | 'limits' | 'schema'> | undefined;
  /** What else the database is checked for. */
  readonly checkDatabase?: ((client: Client) => Promise<void>) | undefined;
  readonly kafka: KafkaClientOptions;
  /** Topics that the service needs; none, and Kafka is left alone. */
  readonly topics: readonly TopicDefinition[];
  readonly patience: Patience;
}

/** How long each server is waited for, and who is told. */
export type Patience = Omit<UntilReachableOptions, 'bound'> & { readonly longestMs: number };

const KAFKA_SETTING = 'SIGNET_KAFKA_BROKERS';

/**
 * What a service does before anything else: waits for its servers, and compares the installation with both of them. Only when
 * neither belongs to another installation is anything written: the topics that are missing, and the claim to them. So a service
 * that is pointed at the wrong Kafka or database joins no group, publishes nothing and migrates nothing.
 *
 * @throws StartRefusedError
 */
export async function preflight(checks: Preflight): Promise<void> {
  const { database, kafka, topics, patience } = checks;
  if (database) await checkDatabase(database, checks);
  if (topics.length === 0) return;
  await reachableKafka(kafka, patience);
  // A cluster that is just starting takes connections before it can lead, or make, every topic.
  await untilReachable('Kafka', () => claimKafka(checks), bounded(patience, KAFKA_SETTING));
}

/** May be done again from its beginning. */
async function claimKafka({ installation, kafka, topics }: Preflight): Promise<void> {
  const unclaimed = installation === undefined ? [] : await compareWithKafka(kafka, installation);
  await ensureTopics(kafka, topics);
  if (installation !== undefined) await claimTopics(kafka, installation, unclaimed);
}

async function checkDatabase(
  { schema, ...address }: Pick<DatabaseOptions, 'url' | 'tls' | 'limits' | 'schema'>,
  { installation, checkDatabase: more, patience }: Preflight,
): Promise<void> {
  await reachableDatabase(address, patience);
  await withClient(address, async (client) => {
    if (installation !== undefined) await compareWithDatabase(client, schema, installation);
    await more?.(client);
  });
}

/** Resolves when PostgreSQL lets us in. @throws StartRefusedError when it refuses, is behind a pooler, or takes too long */
export async function reachableDatabase(address: DatabaseAddress, patience: Patience): Promise<void> {
  await untilReachable('PostgreSQL', () => requireOwnSessions(address), bounded(patience, 'SIGNET_DATABASE_URL'));
}

/** Resolves when Kafka, and each broker that it names, answers. @throws StartRefusedError when that takes too long */
export async function reachableKafka(client: KafkaClientOptions, patience: Patience): Promise<void> {
  await untilReachable('Kafka', () => pingBrokers(client), bounded(patience, KAFKA_SETTING));
}

const bounded = ({ longestMs, ...options }: Patience, setting: string): UntilReachableOptions => ({
  ...options,
  bound: { setting, longestMs },
});
