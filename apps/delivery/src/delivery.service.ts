import { tablesOf, topicsOf } from '@signet/contracts';
import { keepAnswers, requireReaders } from '@signet/service-kit';
import type { Logger, ServiceOptions } from '@signet/service-kit';
import { AppModule } from './app.module.ts';
import type { DeliverySettings } from './config.ts';
import { deliveryDatabase } from './database/database.ts';
import { kafkaConsumers } from './kafka-consumers.ts';

/** Delivery as the service kit runs it. */
export async function deliveryService(settings: DeliverySettings, logger: Logger): Promise<ServiceOptions> {
  return {
    name: 'delivery',
    module: await AppModule.forRoot(settings, logger),
    settings,
    logger,
    topics: topicsOf('delivery'),
    tables: tablesOf('delivery'),
    database: deliveryDatabase(settings),
    // Only delivery itself reads the records that it writes in a selectable format.
    checkDatabase: (client) => requireReaders(client, 'delivery', settings.SIGNET_WRITE_FORMATS),
    openapi: {
      title: 'Signet deliveries',
      description: 'Deliveries, their attempts, retries, and statistics.',
      idempotencyKeys: true,
      tags: {
        Deliveries: 'One message to one webhook: its status, and every attempt with request and response.',
        Failures: 'Deliveries that failed, counted by webhook and class of error.',
        Jobs: 'Many deliveries that are retried or deleted together.',
        Replays: 'Messages of a webhook that are delivered once more, or late.',
        Circuits: 'Webhooks whose deliveries are held back because too many failed.',
        Statistics: 'Numbers of deliveries and their times, by webhook, event type, tenant and time.',
      },
      places: {
        '/v1/deliveries/{id}': 'Id of the delivery.',
        '/v1/deliveries/jobs/{id}': 'Id of the job.',
        '/v1/replays/{id}': 'Id of the replay.',
        '/v1/circuits/{webhookId}': 'Id of the webhook.',
      },
    },
    configureFastify: keepAnswers,
    strategies: (app) => kafkaConsumers(app, settings, logger),
  };
}
