import { MikroOrmModule } from '@mikro-orm/nestjs';
import { MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { ClockSync } from '../clock/clock-sync.ts';
import { timeOfPool } from '../clock/ask-for-the-time.ts';
import type { SteadyClock } from '../clock/steady-clock.ts';
import { HealthRegistry } from '../health/health.registry.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { Registry } from 'prom-client';
import { showClock } from '../metrics/gauges/clock-gauges.ts';
import { showPool } from '../metrics/gauges/pool-gauge.ts';
import { databaseOptions } from './database-options.ts';
import type { DatabaseOptions } from './database-options.ts';
import { STEADY_CLOCK } from '../service/service.tokens.ts';
import { prepareSchema } from './schema/prepare-schema.ts';

/**
 * MikroOrmModule for a service: waits for PostgreSQL and brings the schema up to date; only then Nest makes the providers that
 * inject an EntityManager. It adds the readiness check `database`, and keeps the service's clock with PostgreSQL's time.
 */
@Module({})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  private clockSync: ClockSync | undefined;

  constructor(
    @Inject(MikroORM) private readonly orm: MikroORM,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Registry) private readonly metrics: Registry,
    @Inject(STEADY_CLOCK) private readonly clock: SteadyClock | null,
  ) {}

  static async forRoot(options: DatabaseOptions): Promise<DynamicModule> {
    const mikroOrm = await MikroOrmModule.forRootAsync({
      driver: PostgreSqlDriver,
      inject: [LOGGER],
      useFactory: async (logger: Logger) => {
        await prepareSchema(options, logger);
        return databaseOptions(options);
      },
    });
    return { module: DatabaseModule, imports: [mikroOrm] };
  }

  async onModuleInit(): Promise<void> {
    // Otherwise MikroORM connects only with its first statement, and reports "not connected" until then.
    await this.orm.connect();
    const pool = await this.orm.em.getConnection().getNativeClient();
    showPool(this.metrics, pool);
    if (this.clock) {
      showClock(this.metrics, this.clock);
      this.clockSync = new ClockSync(this.clock, () => timeOfPool(pool));
      this.clockSync.start();
    }
    this.health.addReadiness('database', async () => {
      const connection = await this.orm.checkConnection();
      return connection.ok || connection.reason;
    });
  }

  onApplicationShutdown(): void {
    this.clockSync?.stop();
  }
}
