import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { SETTINGS } from '@signet/service-kit';
import type { RegistrySettings } from '../config.ts';
import { TenantModule } from '../tenant/tenant.module.ts';
import { ApiKeyCommands } from './api-key.commands.ts';
import { ApiKeyHttp } from './api/api-key.http.ts';
import { ApiKeyQueries } from './api-key.queries.ts';

@Module({
  imports: [TenantModule],
  controllers: [ApiKeyHttp],
  providers: [ApiKeyQueries, ApiKeyCommands],
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
