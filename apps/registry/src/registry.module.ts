import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { KafkaClientOptions } from '@signet/kafka';
import { DatabaseModule } from '@signet/service-kit';
import { AggregatesModule } from './aggregates.module.ts';
import { ApiKeyModule } from './api-key/api-key.module.ts';
import { KeyGuard } from './auth/key.guard.ts';
import type { RegistrySettings } from './config.ts';
import { registryDatabase } from './database/database.ts';
import { DomainErrors } from './http/domain-errors.interceptor.ts';
import { EnablingModule } from './enabling/enabling.module.ts';
import { EventTypeModule } from './event-type/event-type.module.ts';
import { SessionModule } from './session/session.module.ts';
import { TenantModule } from './tenant/tenant.module.ts';
import { WebhookModule } from './webhook/webhook.module.ts';

/** The whole registry. */
@Module({})
export class RegistryModule {
  static async forRoot(
    settings: RegistrySettings,
    kafka: KafkaClientOptions,
    keepsTables: boolean,
  ): Promise<DynamicModule> {
    return {
      module: RegistryModule,
      imports: [
        await DatabaseModule.forRoot(registryDatabase(settings)),
        AggregatesModule.forRoot(settings, kafka, keepsTables),
        TenantModule,
        ApiKeyModule,
        SessionModule,
        // Before the webhooks: otherwise `enablings` in `/v1/webhooks/enablings` would be taken for the id of a
        // webhook.
        EnablingModule,
        WebhookModule,
        EventTypeModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: KeyGuard },
        { provide: APP_INTERCEPTOR, useClass: DomainErrors },
      ],
    };
  }
}
