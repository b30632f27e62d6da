import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, HealthRegistry, LOGGER, SETTINGS, watchTable } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { DeliverySettings } from '../config.ts';
import { kafkaClient } from '../kafka-client.ts';
import { WebhookDirectoryReader } from './webhook-directory.reader.ts';

@Module({
  providers: [
    {
      provide: WebhookDirectoryReader,
      inject: [SETTINGS, CLOCK, LOGGER],
      useFactory: (settings: DeliverySettings, clock: Clock, logger: Logger) =>
        new WebhookDirectoryReader({
          client: kafkaClient(settings, logger),
          installation: settings.SIGNET_INSTALLATION,
          sealing: settings.SIGNET_SEALING_KEYS,
          clock,
          logger,
        }),
    },
  ],
  exports: [WebhookDirectoryReader],
})
export class WebhookDirectoryModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(WebhookDirectoryReader) private readonly reader: WebhookDirectoryReader,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Registry) private readonly metrics: Registry,
  ) {}

  onModuleInit(): void {
    this.health.addReadiness(
      'webhook-directory',
      () => this.reader.isReady() || 'no complete generation has been read yet',
    );
    this.reader.onUnreadable = watchTable(this.metrics, 'webhooks', () => this.reader.heartbeatAgeMs());
    this.reader.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.reader.close();
  }
}
