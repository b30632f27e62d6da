import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { IdempotencyModule } from '@signet/service-kit';
import { TenantModule } from '../tenant/tenant.module.ts';
import { EnablingHttp } from './enabling.http.ts';
import { EnablingRunner } from './enabling.runner.ts';
import { Enablings } from './enablings.ts';

/** Many webhooks that an operator enables together. */
@Module({
  imports: [TenantModule, IdempotencyModule],
  controllers: [EnablingHttp],
  providers: [EnablingRunner, Enablings],
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
