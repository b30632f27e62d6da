import { EntityManager } from '@mikro-orm/postgresql';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { Logger } from '@signet/service-kit';
import { CLOCK, IdempotencyKeys, IdempotencyModule, LOGGER } from '@signet/service-kit';
import { Aggregates } from '../database/aggregates.ts';
import { TenantModule } from '../tenant/tenant.module.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { EnablingHttp } from './enabling.http.ts';
import { EnablingRunner } from './enabling.runner.ts';
import { Enablings } from './enablings.ts';

/** Many webhooks that an operator enables together. */
@Module({
  imports: [TenantModule, IdempotencyModule],
  controllers: [EnablingHttp],
  providers: [
    {
      provide: EnablingRunner,
      inject: [EntityManager, Aggregates, CLOCK, LOGGER],
      useFactory: (em: EntityManager, aggregates: Aggregates, clock: Clock, logger: Logger) =>
        new EnablingRunner({ em, aggregates, clock, logger }),
    },
    {
      provide: Enablings,
      inject: [EntityManager, CLOCK, TenantQueries, IdempotencyKeys, EnablingRunner],
      useFactory: (
        em: EntityManager,
        clock: Clock,
        tenants: TenantQueries,
        keys: IdempotencyKeys,
        runner: EnablingRunner,
      ) =>
        new Enablings({
          em,
          clock,
          tenants,
          adding: (transaction) => keys.noteIn(transaction),
          onAdded: () => runner.wake(),
        }),
    },
  ],
})
export class EnablingModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(EnablingRunner) private readonly runner: EnablingRunner) {}

  onApplicationBootstrap(): void {
    this.runner.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.runner.stop();
  }
}
