import { Module } from '@nestjs/common';
import { LOGGER } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { deliveryFields } from '../tracing/delivery-fields.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';

@Module({
  providers: [
    {
      provide: DeliveryMetrics,
      inject: [Registry, LOGGER],
      useFactory: (registry: Registry, logger: Logger) =>
        new DeliveryMetrics(registry, (task, error) =>
          logger.error({ err: error, ...deliveryFields(task) }, 'an attempt could not be prepared'),
        ),
    },
  ],
  exports: [DeliveryMetrics],
})
export class MetricsModule {}
