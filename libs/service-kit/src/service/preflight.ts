import type { TopicDefinition } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { ensureTopics } from '@signet/kafka';
import type { Client } from 'pg';
import { tryToConnect, withClient } from '../database/connect.ts';
import type { DatabaseOptions } from '../database/database-options.ts';
import { compareWithDatabase } from '../installation/database-installation.ts';
import { claimTopics, compareWithKafka } from '../installation/kafka-installation.ts';
import { pingBrokers } from './ping-brokers.ts';
import { untilReachable } from './until-reachable.ts';
import type { UntilReachableOptions } from './until-reachable.ts';

export interface Preflight {
  /** SIGNET_INSTALLATION; undefined for a service that belongs to none. */
  readonly installation: string | undefined;
  readonly database: Pick<DatabaseOptions, 'url' | 'schema'> | undefined;
  /** What else the database is checked for. */
  readonly checkDatabase?: ((client: Client) => Promise<void>) | undefined;
  readonly kafka: KafkaClientOptions;
  /** Topics that the service needs; none, and Kafka is left alone. */
  readonly topics: readonly TopicDefinition[];
  readonly patience: Omit<UntilReachableOptions, 'bound'> & { readonly longestMs: number };
}

/**
 * What a service does before anything else: waits for its servers, and compares the installation with both of them. Only when
 * neither belongs to another installation is anything written: the topics that are missing, and the claim to them. So a service
 * that is pointed at the wrong Kafka or database joins no group, publishes nothing and migrates nothing.
 *
 * @throws StartRefusedError
 */
export async function preflight(checks: Preflight): Promise<void> {
  const { installation, database, kafka, topics } = checks;
  if (database) await checkDatabase(database, checks);
  if (topics.length === 0) return;
  await reachableKafka(kafka, checks.patience);
  const unclaimed = installation === undefined ? [] : await compareWithKafka(kafka, installation);
  await ensureTopics(kafka, topics);
  if (installation !== undefined) await claimTopics(kafka, installation, unclaimed);
}

async function checkDatabase(
  { url, schema }: Pick<DatabaseOptions, 'url' | 'schema'>,
  { installation, checkDatabase: more, patience }: Preflight,
): Promise<void> {
  await reachableDatabase(url, patience);
  await withClient(url, async (client) => {
    if (installation !== undefined) await compareWithDatabase(client, schema, installation);
    await more?.(client);
  });
}

/** Resolves when PostgreSQL lets us in. @throws StartRefusedError when it refuses, or when that takes too long */
export async function reachableDatabase(url: string, { longestMs, ...options }: Preflight['patience']): Promise<void> {
  const bound = { setting: 'SIGNET_DATABASE_URL', longestMs };
  await untilReachable('PostgreSQL', () => tryToConnect(url), { ...options, bound });
}

/** Resolves when Kafka, and each broker that it names, answers. @throws StartRefusedError when that takes too long */
export async function reachableKafka(
  client: KafkaClientOptions,
  { longestMs, ...options }: Preflight['patience'],
): Promise<void> {
  const bound = { setting: 'SIGNET_KAFKA_BROKERS', longestMs };
  await untilReachable('Kafka', () => pingBrokers(client), { ...options, bound });
}
