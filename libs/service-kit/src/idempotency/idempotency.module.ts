import { EntityManager } from '@mikro-orm/postgresql';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Clock } from '@signet/contracts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { CLOCK, SETTINGS } from '../service/service.tokens.ts';
import type { SettingsOf } from '../settings/setting.ts';
import type { sharedSettings } from '../settings/shared-settings.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { IDEMPOTENCY_STORE } from './idempotency-store.ts';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';
import { removeExpired } from './idempotency.statements.ts';

const CLEAN_UP_INTERVAL_MS = 10 * 60 * 1000;
const AT_ONCE = 1_000;

/**
 * `Idempotency-Key` on every POST, and the removal of expired requests. For a service with a database of its own, whose
 * migrations have IdempotencyKeysMigration and whose `configureFastify` calls `keepAnswers`.
 */
@Module({
  providers: [
    {
      provide: IdempotencyKeys,
      inject: [EntityManager, SETTINGS, CLOCK],
      useFactory: (em: EntityManager, settings: SettingsOf<typeof sharedSettings.sealing>, clock: Clock) =>
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

  /** Removes all expired requests, in batches that are small enough not to block other statements. */
  async cleanUp(): Promise<void> {
    while ((await removeExpired(this.em, this.clock(), AT_ONCE)) === AT_ONCE);
  }
}
