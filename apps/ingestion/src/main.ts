import { TOPICS } from '@signet/contracts';
import type { TopicDefinition } from '@signet/contracts';
import { pinoLogger, runService, settingsFromEnvironment } from '@signet/service-kit';
import { AppModule } from './app.module.ts';
import { settings as definitions } from './config.ts';
import { parseCloudEvents } from './http/content-types.ts';
import { strategies } from './strategies.ts';

const settings = settingsFromEnvironment(definitions);
const logger = pinoLogger('ingestion', settings.SIGNET_LOG_LEVEL);

/** Source topics are the producers'; one that is not there yet is made, so that its first event is not missed. */
const sourceTopics = settings.SIGNET_SOURCE_TOPICS.map((name): TopicDefinition => ({
  name,
  partitions: 6,
  cleanup: 'delete',
  key: "the producer's own",
  description: 'CloudEvents of an internal service.',
}));

await runService({
  name: 'ingestion',
  module: AppModule.forRoot(settings, logger),
  settings,
  logger,
  topics: [...TOPICS, ...sourceTopics],
  openapi: { title: 'Signet ingestion', description: 'CloudEvents from internal services.' },
  configureFastify: parseCloudEvents,
  strategies: (app) => strategies(app, settings, logger),
});
