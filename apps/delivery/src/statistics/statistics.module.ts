import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, LOGGER } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { CountingLoop } from './counting/counting-loop.ts';
import { deleteOldStatistics } from './counting/old-statistics.ts';
import { StatisticsCounter } from './counting/statistics-counter.ts';
import { StatisticsHttp } from './http/statistics.http.ts';
import { StatisticsReader } from './http/statistics.reader.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Counts deliveries in the background, and answers `GET /v1/statistics` from the counts. */
@Module({
  imports: [WebhookDirectoryModule],
  controllers: [StatisticsHttp],
  providers: [
    {
      provide: StatisticsReader,
      inject: [DATABASE],
      useFactory: (database: Database) => new StatisticsReader(database),
    },
  ],
})
export class StatisticsModule implements OnModuleInit, OnApplicationShutdown {
  private readonly loop: CountingLoop;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.loop = new CountingLoop(new StatisticsCounter(database, clock), clock, (error) =>
      logger.warn({ err: error }, 'deliveries could not be counted for the statistics; it is tried again'),
    );
  }

  onModuleInit(): void {
    this.loop.start();
    this.timer = setInterval(() => void this.deleteOld(), HOUR_MS).unref();
    void this.deleteOld();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.loop.stop();
  }

  private async deleteOld(): Promise<void> {
    try {
      await deleteOldStatistics(this.database, this.clock());
    } catch (error) {
      this.logger.warn({ err: error }, 'old statistics could not be deleted; it is tried again in an hour');
    }
  }
}
