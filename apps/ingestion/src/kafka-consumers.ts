import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { INGESTION_DEAD_LETTER } from '@signet/contracts';
import { KafkaBatchServer, PresentTopicsServer } from '@signet/kafka';
import { countLostOffsets, HealthRegistry, processPlace } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { IngestionSettings } from './config.ts';
import { IngestionMetrics } from './metrics/ingestion-metrics.ts';
import { kafkaClient } from './kafka-client.ts';
import { SourceIntake } from './source/source.intake.ts';

/**
 * Partitions of a source topic that Signet creates because it does not exist. The producers may have planned another
 * number.
 */
const SOURCE_PARTITIONS = 6;

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
  const onOffsetLost = countLostOffsets(app.get<Registry>(Registry));
  const server = new PresentTopicsServer({
    client,
    topics: settings.SIGNET_SOURCE_TOPICS,
    partitions: SOURCE_PARTITIONS,
    ...(checkMs !== undefined && { checkMs }),
    handler: (batch) => intake.take(batch),
    serverOf: () =>
      new KafkaBatchServer({
        client,
        groupId,
        place: processPlace(settings),
        transportId: Symbol('signet.ingestion.source'),
        deadLetterTopic: INGESTION_DEAD_LETTER,
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
