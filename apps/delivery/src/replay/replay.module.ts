import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, IdempotencyKeys, IdempotencyModule, LOGGER, SETTINGS, TenantDirectory } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import type { DeliverySettings } from '../config.ts';
import { kafkaClient } from '../kafka-client.ts';
import { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { ProducerModule, RequestsProducer } from '../producer.module.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { ReplayHttp } from './http/replay.http.ts';
import { ReplayService } from './replay.service.ts';
import { Replays } from './replays.ts';

/** Replays: messages that are delivered again, or late. */
@Module({
  imports: [WebhookDirectoryModule, ProducerModule, IdempotencyModule, MetricsModule],
  controllers: [ReplayHttp],
  providers: [
    {
      provide: ReplayService,
      inject: [
        SETTINGS,
        LOGGER,
        CLOCK,
        DATABASE,
        RequestsProducer,
        WebhookDirectoryReader,
        TenantDirectory,
        IdempotencyKeys,
        DeliveryMetrics,
      ],
      useFactory: (
        settings: DeliverySettings,
        logger: Logger,
        clock: Clock,
        database: Database,
        producer: RequestsProducer,
        webhooks: WebhookDirectoryReader,
        tenants: TenantDirectory,
        keys: IdempotencyKeys,
        metrics: DeliveryMetrics,
      ) =>
        new ReplayService(
          {
            database,
            clock,
            kafka: kafkaClient(settings, logger),
            producer,
            webhooks,
            tenants,
            logger,
            onScan: () => metrics.replayScanned(),
            adding: (transaction) => keys.noteIn(transaction.em),
          },
          {
            replica: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
            ratePerSecond: settings.SIGNET_REPLAY_RATE,
            pollMs: 1_000,
            maxAtOnce: 8,
            // As many as one step of enabling has (apps/registry/src/enabling/enabling.runner.ts).
            maxTogether: 200,
            previewMs: 10_000,
            retentionMs: settings.SIGNET_RETENTION,
          },
        ),
    },
    { provide: Replays, inject: [ReplayService], useFactory: (service: ReplayService) => service.replays },
  ],
})
export class ReplayModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(ReplayService) private readonly service: ReplayService) {}

  onApplicationBootstrap(): void {
    this.service.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.service.stop();
  }
}
