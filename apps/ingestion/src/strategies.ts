import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { INGESTION_DEAD_LETTER } from '@signet/contracts';
import { KafkaBatchServer } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';
import { HealthRegistry } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { IngestionSettings } from './config.ts';
import { IngestionMetrics } from './ingestion-metrics.ts';
import { kafkaClient } from './kafka-client.ts';
import { SourceIntake } from './source/source.intake.ts';

/** The consumer of the source topics, whose names are known at run time only. */
export function strategies(
  app: NestFastifyApplication,
  settings: IngestionSettings,
  logger: Logger,
  groupId: string,
): CustomTransportStrategy[] {
  const intake = app.get(SourceIntake);
  const metrics = app.get(IngestionMetrics);
  const health = app.get(HealthRegistry);
  const server = new KafkaBatchServer({
    client: kafkaClient(settings, logger),
    groupId,
    transportId: Symbol('signet.ingestion.source'),
    deadLetterTopic: INGESTION_DEAD_LETTER,
    // Once it lies there: a batch that is tried again is not counted again.
    onDeadLetter: (reason) => metrics.refusedFor('kafka', reason),
    logger,
  });
  const handler = (batch: RecordBatch): Promise<void> => intake.take(batch);
  for (const topic of settings.SIGNET_SOURCE_TOPICS) server.addHandler(topic, handler as never, true);
  health.addReadiness('source-consumer', () => server.isReady() || 'has not joined its group');
  health.addLiveness('source-consumer', () => server.isAlive() || 'gives no sign of life');
  return [server];
}
