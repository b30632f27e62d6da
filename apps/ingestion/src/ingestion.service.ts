import { CONSUMER_GROUPS, tablesOf, topicsOf } from '@signet/contracts';
import type { Logger, ServiceOptions } from '@signet/service-kit';
import { AppModule } from './app.module.ts';
import type { IngestionSettings } from './config.ts';
import { publishBody } from './http/events.openapi.ts';
import { parseCloudEvents } from './http/content-types.ts';
import { kafkaConsumers } from './kafka-consumers.ts';
import type { SourceReading } from './kafka-consumers.ts';

/**
 * Ingestion as the service kit runs it. @param reading tests use a group of their own, and check more often which
 * topics exist
 */
export function ingestionService(
  settings: IngestionSettings,
  logger: Logger,
  reading: SourceReading = { groupId: CONSUMER_GROUPS.sources },
): ServiceOptions {
  return {
    name: 'ingestion',
    module: AppModule.forRoot(settings, logger),
    settings,
    logger,
    topics: topicsOf('ingestion'),
    tables: tablesOf('ingestion'),
    openapi: {
      title: 'Signet ingestion',
      description: 'CloudEvents from internal services.',
      tags: { Events: 'What happened, as CloudEvents 1.0.' },
      bodies: { 'POST /v1/events': publishBody },
    },
    configureFastify: parseCloudEvents,
    strategies: (app) => kafkaConsumers(app, settings, logger, reading),
  };
}
