import { EntityManager } from '@mikro-orm/postgresql';
import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, SETTINGS } from '@signet/service-kit';
import type { RegistrySettings } from '../config.ts';
import { Aggregates } from '../database/aggregates.ts';
import { TenantModule } from '../tenant/tenant.module.ts';
import { ApiKeyCommands } from './api-key.commands.ts';
import { ApiKeyHttp } from './api/api-key.http.ts';
import { ApiKeyQueries } from './api-key.queries.ts';

@Module({
  imports: [TenantModule],
  controllers: [ApiKeyHttp],
  providers: [
    {
      provide: ApiKeyQueries,
      inject: [EntityManager],
      useFactory: (em: EntityManager) => new ApiKeyQueries(em),
    },
    {
      provide: ApiKeyCommands,
      inject: [Aggregates, ApiKeyQueries, CLOCK],
      useFactory: (aggregates: Aggregates, queries: ApiKeyQueries, clock: Clock) =>
        new ApiKeyCommands(aggregates, queries, clock),
    },
  ],
})
export class ApiKeyModule implements OnModuleInit {
  constructor(
    @Inject(ApiKeyCommands) private readonly commands: ApiKeyCommands,
    @Inject(SETTINGS) private readonly settings: RegistrySettings,
  ) {}

  async onModuleInit(): Promise<void> {
    const key = this.settings.SIGNET_OPERATOR_KEY;
    if (key !== undefined) await this.commands.ensureOperatorKey(key);
  }
}
