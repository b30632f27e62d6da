import { TOPICS } from '@signet/contracts';
import { pinoLogger, runService, settingsFromEnvironment } from '@signet/service-kit';
import { AppModule } from './app.module.ts';
import { settings as definitions } from './config.ts';
import { strategies } from './strategies.ts';

const settings = settingsFromEnvironment(definitions);
const logger = pinoLogger('delivery', settings.SIGNET_LOG_LEVEL);

await runService({
  name: 'delivery',
  module: await AppModule.forRoot(settings, logger),
  settings,
  logger,
  topics: TOPICS,
  openapi: { title: 'Signet deliveries', description: 'Deliveries, their attempts, and retries.' },
  strategies: (app) => strategies(app, settings, logger),
});
