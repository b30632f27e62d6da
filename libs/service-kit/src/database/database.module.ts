import { MikroOrmModule } from '@mikro-orm/nestjs';
import { MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '../health/health.registry.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { Registry } from 'prom-client';
import { showPool } from '../metrics/pool-gauge.ts';
import { databaseOptions } from './database-options.ts';
import type { DatabaseOptions } from './database-options.ts';
import { prepareSchema } from './schema/prepare-schema.ts';

/**
 * MikroOrmModule for a service: waits for PostgreSQL, brings the schema up to date, and only then makes what injects an
 * EntityManager. Adds readiness `database`.
 */
@Module({})
export class DatabaseModule implements OnModuleInit {
  constructor(
    @Inject(MikroORM) private readonly orm: MikroORM,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Registry) private readonly metrics: Registry,
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
    // MikroORM connects with its first statement, and says "not connected" until then.
    await this.orm.connect();
    showPool(this.metrics, await this.orm.em.getConnection().getNativeClient());
    this.health.addReadiness('database', async () => {
      const connection = await this.orm.checkConnection();
      return connection.ok || connection.reason;
    });
  }
}
