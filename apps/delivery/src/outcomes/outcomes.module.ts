import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { CLOCK, databaseAddress, gauge, LOGGER, SAMPLES, SETTINGS } from '@signet/service-kit';
import type { Logger, Samples } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { DeliverySettings } from '../config.ts';
import { DELIVERY_METRICS } from '../metrics/definitions.ts';
import { ProducerModule } from '../producer.module.ts';
import { OutcomesRelay } from './outcomes.relay.ts';

@Module({
  imports: [ProducerModule],
  providers: [
    {
      provide: OutcomesRelay,
      inject: [SETTINGS, EntityManager, RecordProducer, CLOCK, LOGGER],
      useFactory: (
        settings: DeliverySettings,
        em: EntityManager,
        producer: RecordProducer,
        clock: Clock,
        logger: Logger,
      ) => new OutcomesRelay(databaseAddress(settings), em, producer, clock, logger),
    },
  ],
  exports: [OutcomesRelay],
})
export class OutcomesModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(OutcomesRelay) private readonly relay: OutcomesRelay,
    @Inject(Registry) private readonly metrics: Registry,
    @Inject(SAMPLES) private readonly samples: Samples,
  ) {}

  onModuleInit(): void {
    const lag = gauge(this.metrics, DELIVERY_METRICS.relayLagSeconds);
    this.samples.add({
      name: 'relay-lag',
      read: () => this.relay.lagSeconds(),
      show: (seconds) => lag.set(seconds),
      hide: () => lag.remove(),
    });
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
