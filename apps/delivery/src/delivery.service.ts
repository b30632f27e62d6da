import { TOPICS } from '@signet/contracts';
import { keepAnswers } from '@signet/service-kit';
import type { Logger, ServiceOptions } from '@signet/service-kit';
import { AppModule } from './app.module.ts';
import type { DeliverySettings } from './config.ts';
import { strategies } from './strategies.ts';

/** Delivery as the service kit runs it. */
export async function deliveryService(settings: DeliverySettings, logger: Logger): Promise<ServiceOptions> {
  return {
    name: 'delivery',
    module: await AppModule.forRoot(settings, logger),
    settings,
    logger,
    topics: TOPICS,
    openapi: {
      title: 'Signet deliveries',
      description: 'Deliveries, their attempts, and retries.',
      idempotencyKeys: true,
    },
    configureFastify: keepAnswers,
    strategies: (app) => strategies(app, settings, logger),
  };
}
