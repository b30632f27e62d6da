import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CONSUMER_GROUPS, REGISTRY_DEAD_LETTER, topicsOf } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { KafkaBatchServer } from '@signet/kafka';
import type { Logger, ServiceOptions } from '@signet/service-kit';
import {
  counter,
  countLostOffsets,
  HealthRegistry,
  joinedOnce,
  kafkaClient,
  KafkaPresence,
  keepAnswers,
  LOGGER,
  processPlace,
} from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { RegistrySettings } from './config.ts';
import { serveConsole } from './console/console.http.ts';
import { registryDatabase } from './database/database.ts';
import { REGISTRY_METRICS } from './metrics/registry-metrics.ts';
import { RegistryModule } from './registry.module.ts';
import { checkSealingKeys } from './sealing-keys/check-sealing-keys.ts';
import { OUTCOMES } from './webhook/outcomes/webhook.tokens.ts';

export const SERVICE_NAME = 'registry';
/**
 * Outcomes of a partition that may wait for the next write. A write comes every quarter of a second, so this is
 * enough for more than ten thousand outcomes a second.
 */
const MAX_IN_FLIGHT_RECORDS = 20_000;

export interface RegistryServiceOptions {
  /** Consumer group; default: the group of all replicas. */
  readonly groupId?: string;
  /**
   * False for tests that share a Kafka, each with a database of its own: each registry would take the tables that
   * another one has published for lost tables.
   */
  readonly keepsTables?: boolean;
}

/** The registry as the service kit runs it. */
export async function registryService(
  settings: RegistrySettings,
  { groupId = CONSUMER_GROUPS.outcomes, keepsTables = true }: RegistryServiceOptions = {},
): Promise<ServiceOptions> {
  const kafka = kafkaClient(settings, SERVICE_NAME);
  return {
    name: SERVICE_NAME,
    module: await RegistryModule.forRoot(settings, kafka, keepsTables),
    settings,
    topics: topicsOf('registry'),
    startsWithoutKafka: true,
    database: registryDatabase(settings),
    checkDatabase: (client) =>
      checkSealingKeys(client, settings.SIGNET_SEALING_KEYS, settings.SIGNET_LOST_SEALING_KEYS),
    openapi: {
      title: 'Signet registry',
      description: 'Webhooks, their secrets and history, event types, tenants, API keys and sessions.',
      idempotencyKeys: true,
      tags: {
        Webhooks: 'Where a tenant wants its events delivered: URL, event types, secrets, state and history.',
        'Event types': 'The event types that webhooks can subscribe to.',
        Tenants: 'The owners of webhooks. For operators; a tenant can read itself.',
        'API keys': 'The keys that callers authenticate with. For operators.',
        Session: 'How a browser signs in: it exchanges an API key for a cookie.',
      },
      places: {
        '/v1/webhooks/{id}': 'Id of the webhook.',
        '/v1/webhooks/enablings/{id}': 'Id of the enabling.',
        '/v1/tenants/{id}': 'Id of the tenant.',
        '/v1/tenants/{tenantId}': 'Id of the tenant.',
        '/v1/api-keys/{id}': 'Id of the key, as its list shows it; not the key itself.',
      },
    },
    configureFastify: (fastify, logger) => {
      keepAnswers(fastify, logger);
      serveConsole(fastify, logger);
    },
    strategies: (app) => [outcomesServer(app, kafka, groupId, processPlace(settings))],
  };
}

function outcomesServer(
  app: NestFastifyApplication,
  client: KafkaClientOptions,
  groupId: string,
  place?: string,
): KafkaBatchServer {
  const metrics = app.get<Registry>(Registry);
  const logger = app.get<Logger>(LOGGER);
  const deadLetters = counter(metrics, REGISTRY_METRICS.deadLetters);
  const server = new KafkaBatchServer({
    client,
    groupId,
    place,
    transportId: OUTCOMES,
    deadLetterTopic: REGISTRY_DEAD_LETTER,
    maxInFlightRecords: MAX_IN_FLIGHT_RECORDS,
    onDeadLetter: (reason) => deadLetters.inc({ reason }),
    onOffsetLost: countLostOffsets(metrics),
    logger,
  });
  const health = app.get(HealthRegistry);
  const isReady = joinedOnce({
    isJoined: () => server.isReady(),
    missing: 'the consumer group has not been joined yet',
    waiting: 'not in the consumer group: outcomes wait on Kafka, requests are answered',
    wasKafkaThere: app.get(KafkaPresence).wasThereAtStart,
  });
  health.addReadiness('outcomes', isReady);
  health.addLiveness('outcomes', () => server.isAlive() || 'the consumer has fallen silent');
  return server;
}
