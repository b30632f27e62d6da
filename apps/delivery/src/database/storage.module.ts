import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, LOGGER, longSession, SAMPLES, SETTINGS } from '@signet/service-kit';
import type { Logger, Samples } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { DATABASE } from './database.port.ts';
import type { Database } from './database.port.ts';
import type { DeliverySettings } from '../config.ts';
import { sampleStorage } from '../metrics/storage-samples.ts';
import { deliveryDatabase } from './database.ts';
import { DayPartitions } from './day-partitions.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Keeps the daily partitions: those of the next days are made ahead, those past the retention dropped, every hour. */
@Module({
  providers: [
    {
      provide: DayPartitions,
      inject: [DATABASE, CLOCK, SETTINGS],
      useFactory: (database: Database, clock: Clock, settings: DeliverySettings) =>
        new DayPartitions(database, clock, settings.SIGNET_RETENTION, longSession(deliveryDatabase(settings))),
    },
  ],
  exports: [DayPartitions],
})
export class StorageModule implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DayPartitions) private readonly partitions: DayPartitions,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Registry) private readonly metrics: Registry,
    @Inject(SAMPLES) private readonly samples: Samples,
  ) {}

  async onModuleInit(): Promise<void> {
    sampleStorage(this.metrics, this.samples, this.database, this.clock);
    await this.partitions.ensureAhead();
    this.timer = setInterval(() => void this.maintain(), HOUR_MS).unref();
    void this.maintain();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async maintain(): Promise<void> {
    try {
      await this.partitions.ensureAhead();
      const { dropped, kept } = await this.partitions.dropExpired();
      if (dropped.length > 0) this.logger.info({ days: dropped }, 'partitions past the retention were dropped');
      if (kept.length > 0)
        this.logger.warn({ days: kept }, 'days past the retention are kept: some of their deliveries have not ended');
    } catch (error) {
      this.logger.error({ err: error }, 'the daily partitions could not be kept; it is tried again in an hour');
    }
  }
}
