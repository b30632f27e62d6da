import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, IdempotencyKeys, IdempotencyModule, LOGGER, SETTINGS, TenantDirectory } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from '../config.ts';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { DeliveryJobService } from './delivery-job.service.ts';
import { DeliveryJobs } from './delivery-jobs.ts';
import { DeliveryJobHttp } from './http/delivery-job.http.ts';

/** Jobs: many deliveries that are retried or deleted together. */
@Module({
  imports: [WebhookDirectoryModule, IdempotencyModule],
  controllers: [DeliveryJobHttp],
  providers: [
    {
      provide: DeliveryJobService,
      inject: [SETTINGS, LOGGER, CLOCK, DATABASE, WebhookDirectoryReader, TenantDirectory, IdempotencyKeys],
      useFactory: (
        settings: DeliverySettings,
        logger: Logger,
        clock: Clock,
        database: Database,
        webhooks: WebhookDirectoryReader,
        tenants: TenantDirectory,
        keys: IdempotencyKeys,
      ) =>
        new DeliveryJobService(
          { database, clock, webhooks, tenants, logger, adding: (transaction) => keys.noteIn(transaction.em) },
          {
            replica: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
            ratePerSecond: settings.SIGNET_REPLAY_RATE,
            countMs: 10_000,
            pollMs: 1_000,
            maxAtOnce: 4,
          },
        ),
    },
    { provide: DeliveryJobs, inject: [DeliveryJobService], useFactory: (service: DeliveryJobService) => service.jobs },
  ],
})
export class DeliveryJobModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(DeliveryJobService) private readonly service: DeliveryJobService) {}

  onApplicationBootstrap(): void {
    this.service.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.service.stop();
  }
}
