import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { RecordProducer } from '@signet/kafka';
import { HealthRegistry, LOGGER, SETTINGS } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from './config.ts';
import { kafkaClient } from './kafka-client.ts';

/** One producer for fan-out and for the outcomes: what they send at the same time goes together. */
@Module({
  providers: [
    {
      provide: RecordProducer,
      inject: [SETTINGS, LOGGER],
      useFactory: (settings: DeliverySettings, logger: Logger) =>
        new RecordProducer({ client: kafkaClient(settings, logger), name: 'delivery', paceMs: 10 }),
    },
  ],
  exports: [RecordProducer],
})
export class ProducerModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
  ) {}

  async onModuleInit(): Promise<void> {
    this.health.addReadiness('producer', () => this.producer.isConnected() || 'not connected to Kafka');
    await this.producer.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.producer.close();
  }
}
