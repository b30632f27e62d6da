import { Module } from '@nestjs/common';
import { TenantCommands } from './tenant.commands.ts';
import { TenantHttp } from './tenant.http.ts';
import { TenantQueries } from './tenant.queries.ts';

@Module({
  controllers: [TenantHttp],
  providers: [TenantQueries, TenantCommands],
  exports: [TenantQueries],
})
export class TenantModule {}
