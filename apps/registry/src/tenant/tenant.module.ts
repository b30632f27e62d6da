import { EntityManager } from '@mikro-orm/postgresql';
import { Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK } from '@signet/service-kit';
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
      inject: [Aggregates, CLOCK],
      useFactory: (aggregates: Aggregates, clock: Clock) => new TenantCommands(aggregates, clock),
    },
  ],
  exports: [TenantQueries],
})
export class TenantModule {}
