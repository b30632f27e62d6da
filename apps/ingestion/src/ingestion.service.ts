import { TOPICS } from '@signet/contracts';
import type { TopicDefinition } from '@signet/contracts';
import type { Logger, ServiceOptions } from '@signet/service-kit';
import { AppModule } from './app.module.ts';
import type { IngestionSettings } from './config.ts';
import { publishBody } from './http/events.openapi.ts';
import { parseCloudEvents } from './http/content-types.ts';
import { strategies } from './strategies.ts';

/** The consumer group of the source topics; a test has one of its own. */
export const SOURCES_GROUP = 'signet.ingestion';

/** Ingestion as the service kit runs it. */
export function ingestionService(settings: IngestionSettings, logger: Logger, groupId = SOURCES_GROUP): ServiceOptions {
  return {
    name: 'ingestion',
    module: AppModule.forRoot(settings, logger),
    settings,
    logger,
    topics: [...TOPICS, ...settings.SIGNET_SOURCE_TOPICS.map(sourceTopic)],
    openapi: {
      title: 'Signet ingestion',
      description: 'CloudEvents from internal services.',
      tags: { Events: 'What happened, as CloudEvents 1.0.' },
      bodies: { 'POST /v1/events': publishBody },
    },
    configureFastify: parseCloudEvents,
    strategies: (app) => strategies(app, settings, logger, groupId),
  };
}

/** Source topics are the producers'; one that is not there yet is made, so that its first event is not missed. */
const sourceTopic = (name: string): TopicDefinition => ({
  name,
  partitions: 6,
  cleanup: 'delete',
  key: "the producer's own",
  description: 'CloudEvents of an internal service.',
});
