import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { RecordProducer } from '@signet/kafka';
import { HealthRegistry, joinedOnce, LOGGER, SETTINGS, showProducerQueues } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { DeliverySettings } from './config.ts';
import { kafkaClient } from './kafka-client.ts';

/**
 * Producer for delivery.requests.v1, which only delivery reads. A message for many webhooks is there many times, so
 * compression saves much.
 */
export class RequestsProducer extends RecordProducer {}

@Module({
  providers: [
    {
      provide: RecordProducer,
      inject: [SETTINGS, LOGGER],
      useFactory: (settings: DeliverySettings, logger: Logger) =>
        new RecordProducer({ client: kafkaClient(settings, logger), name: 'delivery', paceMs: 10 }),
    },
    {
      provide: RequestsProducer,
      inject: [SETTINGS, LOGGER],
      useFactory: (settings: DeliverySettings, logger: Logger) =>
        new RequestsProducer({
          client: kafkaClient(settings, logger),
          name: 'requests',
          paceMs: 5,
          compression: 'zstd',
        }),
    },
  ],
  exports: [RecordProducer, RequestsProducer],
})
export class ProducerModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(RequestsProducer) private readonly requests: RequestsProducer,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Registry) private readonly metrics: Registry,
  ) {}

  async onModuleInit(): Promise<void> {
    const producers = [this.producer, this.requests];
    showProducerQueues(this.metrics, { delivery: this.producer, requests: this.requests });
    for (const [name, producer] of [
      ['producer', this.producer],
      ['requests-producer', this.requests],
    ] as const) {
      const isReady = joinedOnce({
        isJoined: () => producer.isConnected(),
        missing: 'not connected to Kafka',
        waiting: 'not connected to Kafka: what it would send waits, requests are answered',
      });
      this.health.addReadiness(name, isReady);
    }
    await Promise.all(producers.map((producer) => producer.connect()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.producer.close(), this.requests.close()]);
  }
}
