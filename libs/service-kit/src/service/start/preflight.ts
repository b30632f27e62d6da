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
  /** A further check of the database. */
  readonly checkDatabase?: ((client: Client) => Promise<void>) | undefined;
  readonly kafka: KafkaClientOptions;
  /** Topics that the service needs; if there are none, the service does not use Kafka. */
  readonly topics: readonly TopicDefinition[];
  /** Topics that another service creates and claims. */
  readonly tables: readonly TopicDefinition[];
  /** The start waits for Kafka only a few seconds; then the service starts without it, and goes on looking for it. */
  readonly startsWithoutKafka: boolean;
  readonly patience: Patience;
}

/** How long the start waits for each server, and the log for its lines. */
export type Patience = Omit<UntilReachableOptions, 'bound'> & { readonly longestMs: number };

/** How long a service that can start without Kafka waits for a Kafka that is starting at the same time; milliseconds. */
const KAFKA_HEAD_START_MS = 5_000;

/** The time between two checks whether the registry has claimed its topics. */
const CLAIM_PAUSE_MS = 1_000;
/** At the very first start all services begin together, and the others wait for the registry: for this time that is no warning. */
const FIRST_START_MS = 30_000;

const KAFKA_SETTING = 'SIGNET_KAFKA_BROKERS';

/**
 * The first step of a start: waits for the servers, and compares the installation with both of them. Only if neither belongs to
 * another installation, it writes: it makes missing topics and claims them. So a service with the address of a wrong Kafka or
 * database joins no group, publishes nothing and migrates nothing. Except a service that starts without Kafka: it may already have
 * migrated its database when Kafka comes and turns out to belong to another installation.
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
  // A cluster that is just starting takes connections before its topics have leaders and before it can make topics.
  const { signal } = patience;
  await untilReachable('Kafka', () => prepareKafka(checks, signal), bounded(patience, KAFKA_SETTING));
  if (checks.tables.length > 0) await untilClaimed(checks);
}

/** It may be repeated from the beginning. Only the registry, which owns the tables, claims topics; the other services only compare. */
async function prepareKafka(checks: Preflight, signal: AbortSignal | undefined): Promise<void> {
  const { installation, kafka, topics, tables, patience } = checks;
  const unclaimed = installation === undefined ? [] : await compareWithKafka(kafka, installation, { signal });
  await checkTopics(kafka, [...topics, ...tables], patience.logger);
  await ensureTopics(kafka, topics);
  if (installation !== undefined && tables.length === 0) await claimTopics(kafka, installation, unclaimed, { signal });
}

/**
 * Waits for the registry, however long it takes: before the registry has claimed the tables, another installation may still claim this
 * Kafka, and then we would have taken work from its consumer groups.
 */
async function untilClaimed({ installation, kafka, patience: { logger, signal } }: Preflight): Promise<void> {
  if (installation === undefined) return;
  const claimed = async (): Promise<void> => {
    const unclaimed = await compareWithKafka(kafka, installation, { signal });
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
