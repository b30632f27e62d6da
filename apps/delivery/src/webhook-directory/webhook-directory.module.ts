import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { HealthRegistry, LOGGER, SETTINGS } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from '../config.ts';
import { kafkaClient } from '../kafka-client.ts';
import { WebhookDirectoryReader } from './webhook-directory.reader.ts';

@Module({
  providers: [
    {
      provide: WebhookDirectoryReader,
      inject: [SETTINGS, LOGGER],
      useFactory: (settings: DeliverySettings, logger: Logger) =>
        new WebhookDirectoryReader(kafkaClient(settings, logger), settings.SIGNET_SEALING_KEYS, logger),
    },
  ],
  exports: [WebhookDirectoryReader],
})
export class WebhookDirectoryModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(WebhookDirectoryReader) private readonly reader: WebhookDirectoryReader,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.health.addReadiness('webhook-directory', () => this.reader.isReady() || 'not everything has been read yet');
    this.reader
      .start()
      .catch((error: unknown) => this.logger.error({ err: error }, 'the webhook directory cannot be read'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.reader.close();
  }
}
