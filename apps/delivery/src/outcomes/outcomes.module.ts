import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { CLOCK, databaseAddress, LOGGER, SAMPLES, SETTINGS, showRelay } from '@signet/service-kit';
import type { Logger, Samples } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import type { DeliverySettings } from '../config.ts';
import { ProducerModule } from '../producer.module.ts';
import { OutcomesRelay } from './outcomes.relay.ts';

@Module({
  imports: [ProducerModule],
  providers: [
    {
      provide: OutcomesRelay,
      inject: [SETTINGS, DATABASE, RecordProducer, CLOCK, LOGGER],
      useFactory: (
        settings: DeliverySettings,
        database: Database,
        producer: RecordProducer,
        clock: Clock,
        logger: Logger,
      ) => new OutcomesRelay(databaseAddress(settings), database, producer, clock, logger),
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
    showRelay(this.metrics, this.samples, 'delivery', this.relay);
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
