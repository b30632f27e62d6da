import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pause } from '@signet/async';
import { INGESTION_DEAD_LETTER } from '@signet/contracts';
import { KafkaBatchServer, PresentTopicsServer } from '@signet/kafka';
import { countLostOffsets, EventLoopLoad, HealthRegistry, processPlace } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { IngestionSettings } from './config.ts';
import { IngestionMetrics } from './metrics/ingestion-metrics.ts';
import { kafkaClient } from './kafka-client.ts';
import { SourceIntake } from './source/source.intake.ts';
import { tenantLane } from './source/tenant-lane.ts';

/**
 * Partitions of a source topic that Signet creates because it does not exist. The producers may have planned another
 * number.
 */
const SOURCE_PARTITIONS = 6;

/**
 * Events of a partition that are being checked and published at once. Together with those of the other partitions they fill one or
 * two requests to Kafka: more would only wait there, before the events of other tenants.
 */
const IN_FLIGHT = { maxInFlightRecords: 500, maxInFlightBytes: 4 * 1_048_576 };
/** Events of one tenant that are checked in one go, which takes some milliseconds; meanwhile the others wait. */
const EVENTS_AT_ONCE = 128;
/**
 * The rest after a full batch of a tenant, while the process is busy, milliseconds. So one tenant leaves time for the events of others,
 * and, where they share processors, for delivering.
 */
const REST_MS = 10;
/** Time over which the process is judged busy, milliseconds: much less than a burst takes. */
const LOOK_MS = 50;

/** How the source topics are read, in addition to the settings. */
export interface SourceReading {
  readonly groupId: string;
  /** Time between two checks of which topics exist, milliseconds; default: that of PresentTopicsServer. */
  readonly checkMs?: number;
}

/** The consumer of the source topics. They belong to the producers, and their names are known at run time only. */
export function kafkaConsumers(
  app: NestFastifyApplication,
  settings: IngestionSettings,
  logger: Logger,
  { groupId, checkMs }: SourceReading,
): CustomTransportStrategy[] {
  const intake = app.get(SourceIntake);
  const metrics = app.get(IngestionMetrics);
  const health = app.get(HealthRegistry);
  const client = kafkaClient(settings, logger);
  const load = new EventLoopLoad(LOOK_MS);
  const onOffsetLost = countLostOffsets(app.get<Registry>(Registry));
  const server = new PresentTopicsServer({
    client,
    topics: settings.SIGNET_SOURCE_TOPICS,
    partitions: SOURCE_PARTITIONS,
    ...(checkMs !== undefined && { checkMs }),
    handler: async (batch) => {
      await intake.take(batch);
      if (batch.records.length >= EVENTS_AT_ONCE && load.isBusy()) await pause(REST_MS, batch.signal);
    },
    serverOf: () =>
      new KafkaBatchServer({
        client,
        groupId,
        place: processPlace(settings),
        transportId: Symbol('signet.ingestion.source'),
        deadLetterTopic: INGESTION_DEAD_LETTER,
        ...IN_FLIGHT,
        lanes: { of: () => tenantLane, batchSize: EVENTS_AT_ONCE, atOnce: 1 },
        // Called when the dead letter is on Kafka, so that a batch that is tried again is not counted twice.
        onDeadLetter: (reason) => metrics.refusedFor('kafka', reason),
        onOffsetLost,
        logger,
      }),
  });
  metrics.watchSources(() => server.unreadTopics());
  health.addReadiness('source-consumer', () => server.isReady() || 'has not joined its group');
  health.addLiveness('source-consumer', () => server.isAlive() || 'gives no sign of life');
  return [server];
}
