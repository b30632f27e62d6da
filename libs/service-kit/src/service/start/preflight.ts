import type { TopicDefinition } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { ensureTopics } from '@signet/kafka';
import type { Client } from 'pg';
import { withClient } from '../../database/connect.ts';
import type { DatabaseAddress } from '../../database/database-address.ts';
import type { DatabaseOptions } from '../../database/database-options.ts';
import { requireOwnSessions } from '../../database/sessions/own-sessions.ts';
import { compareWithDatabase } from '../../installation/database-installation.ts';
import { claimTopics, compareWithKafka } from '../../installation/kafka-installation.ts';
import { checkTopics } from '../../topics/check-topics.ts';
import { KafkaPresence } from './kafka-presence.ts';
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
  /** Topics that another service creates and claims. */
  readonly tables: readonly TopicDefinition[];
  /** Kafka is waited for only a moment; the service starts without it, and goes on looking for it. */
  readonly startsWithoutKafka: boolean;
  readonly patience: Patience;
}

/** How long each server is waited for, and who is told. */
export type Patience = Omit<UntilReachableOptions, 'bound'> & { readonly longestMs: number };

/** So long a service that can start without Kafka waits for one that is starting beside it; milliseconds. */
const KAFKA_HEAD_START_MS = 5_000;

/** Between two looks whether the registry has claimed its topics. */
const CLAIM_PAUSE_MS = 1_000;
/** At the very first start all services begin together, and the others wait for the registry: nobody need be warned of that. */
const FIRST_START_MS = 30_000;

const KAFKA_SETTING = 'SIGNET_KAFKA_BROKERS';

/**
 * What a service does before anything else: waits for its servers, and compares the installation with both of them. Only when
 * neither belongs to another installation is anything written: the topics that are missing, and the claim to them. So a service
 * that is pointed at the wrong Kafka or database joins no group, publishes nothing and migrates nothing. Who starts without Kafka
 * may have migrated a database of its own by the time that the Kafka turns out to be somebody else's.
 *
 * @throws StartRefusedError
 */
export async function preflight(checks: Preflight): Promise<KafkaPresence> {
  const { database, topics, startsWithoutKafka, patience } = checks;
  if (database) await checkDatabase(database, checks);
  if (topics.length === 0) return KafkaPresence.there();
  if (startsWithoutKafka) return presenceOfKafka(checks);
  await findKafka(checks, patience);
  return KafkaPresence.there();
}

async function presenceOfKafka(checks: Preflight): Promise<KafkaPresence> {
  const { logger, longestMs, signal: starting } = checks.patience;
  const presence = await KafkaPresence.look(
    (signal) => findKafka(checks, { logger, signal, longestMs: Infinity }),
    Math.min(longestMs, KAFKA_HEAD_START_MS),
    starting,
  );
  if (!presence.isThere) logger.warn({}, `the start goes on without Kafka (${KAFKA_SETTING}), which is looked for on`);
  return presence;
}

async function findKafka(checks: Preflight, patience: Patience): Promise<void> {
  await reachableKafka(checks.kafka, patience);
  // A cluster that is just starting takes connections before it can lead, or make, every topic.
  await untilReachable('Kafka', () => prepareKafka(checks), bounded(patience, KAFKA_SETTING));
  if (checks.tables.length > 0) await untilClaimed(checks);
}

/** May be done again from its beginning. Who owns the tables creates and claims them; the others only compare. */
async function prepareKafka({ installation, kafka, topics, tables, patience }: Preflight): Promise<void> {
  const unclaimed = installation === undefined ? [] : await compareWithKafka(kafka, installation);
  await checkTopics(kafka, [...topics, ...tables], patience.logger);
  await ensureTopics(kafka, topics);
  if (installation !== undefined && tables.length === 0) await claimTopics(kafka, installation, unclaimed);
}

/**
 * Waits for the registry, however long it takes: before it has claimed the tables, this Kafka may become another installation's,
 * and we would take work from its consumer groups.
 */
async function untilClaimed({ installation, kafka, patience: { logger, signal } }: Preflight): Promise<void> {
  if (installation === undefined) return;
  const claimed = async (): Promise<void> => {
    const unclaimed = await compareWithKafka(kafka, installation);
    if (unclaimed.length > 0) throw new Error(`the registry has not created ${unclaimed.join(', ')} yet`);
  };
  const options = { logger, maxPauseMs: CLAIM_PAUSE_MS, expectedMs: FIRST_START_MS };
  await untilReachable('The registry', claimed, { ...options, ...(signal && { signal }) });
}

async function checkDatabase(
  { schema, ...address }: Pick<DatabaseOptions, 'url' | 'tls' | 'limits' | 'schema'>,
  { installation, kafka, topics, checkDatabase: more, patience }: Preflight,
): Promise<void> {
  await reachableDatabase(address, patience);
  await withClient(address, async (client) => {
    const prefix = topics.length > 0 ? (kafka.prefix ?? '') : undefined;
    if (installation !== undefined) await compareWithDatabase(client, schema, { installation, prefix });
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
