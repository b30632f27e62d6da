import { EntityManager } from '@mikro-orm/postgresql';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Clock } from '@signet/contracts';
import type { Logger } from '@signet/service-kit';
import { CLOCK, IDEMPOTENCY_STORE, IdempotencyInterceptor, LOGGER, SETTINGS } from '@signet/service-kit';
import type { RegistrySettings } from '../config.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { removeExpired } from './idempotency.statements.ts';

const CLEAN_UP_INTERVAL_MS = 10 * 60 * 1000;
const AT_ONCE = 1_000;

/** `Idempotency-Key` on every POST, and the clean-up of what has expired. */
@Module({
  providers: [
    {
      provide: IdempotencyKeys,
      inject: [EntityManager, SETTINGS, CLOCK],
      useFactory: (em: EntityManager, settings: RegistrySettings, clock: Clock) =>
        new IdempotencyKeys(em, settings.SIGNET_SEALING_KEYS, clock),
    },
    { provide: IDEMPOTENCY_STORE, useExisting: IdempotencyKeys },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
  exports: [IdempotencyKeys],
})
export class IdempotencyModule implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.cleanUp().catch((error: unknown) => this.logger.warn({ err: error }, 'expired keys could not be removed'));
    }, CLEAN_UP_INTERVAL_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Removes every request that has expired, so many at a time that nobody waits for it. */
  async cleanUp(): Promise<void> {
    while ((await removeExpired(this.em, this.clock(), AT_ONCE)) === AT_ONCE);
  }
}
