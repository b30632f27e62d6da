import { EntityManager } from '@mikro-orm/postgresql';
import { Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK } from '@signet/service-kit';
import { KeyCache } from '../auth/key-cache.ts';
import { Aggregates } from '../database/aggregates.ts';
import { TenantCommands } from './tenant.commands.ts';
import { TenantHttp } from './tenant.http.ts';
import { TenantQueries } from './tenant.queries.ts';

@Module({
  controllers: [TenantHttp],
  providers: [
    {
      provide: TenantQueries,
      inject: [EntityManager],
      useFactory: (em: EntityManager) => new TenantQueries(em),
    },
    {
      provide: TenantCommands,
      inject: [Aggregates, CLOCK, KeyCache],
      useFactory: (aggregates: Aggregates, clock: Clock, keys: KeyCache) =>
        new TenantCommands(aggregates, clock, keys.clear),
    },
  ],
  exports: [TenantQueries],
})
export class TenantModule {}
