import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { RelayPositionsMigration } from '@signet/event-store';
import { AuthModule, DatabaseModule } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from './config.ts';
import { DeliveryMigration1 } from './database/delivery.migration.ts';
import { DeliveryModule } from './delivery/delivery.module.ts';
import { DispatchModule } from './dispatch/dispatch.module.ts';
import { FanOutModule } from './fan-out/fan-out.module.ts';
import { kafkaClient } from './kafka-client.ts';

export const SCHEMA = 'delivery';
export const MIGRATIONS = [
  { name: 'relay-positions', class: RelayPositionsMigration },
  { name: 'delivery-1', class: DeliveryMigration1 },
];

@Module({})
export class AppModule {
  static async forRoot(settings: DeliverySettings, logger: Logger): Promise<DynamicModule> {
    const database = await DatabaseModule.forRoot({
      url: settings.SIGNET_DATABASE_URL,
      schema: SCHEMA,
      entities: [],
      migrations: MIGRATIONS,
      poolSize: settings.SIGNET_DATABASE_POOL,
    });
    return {
      module: AppModule,
      imports: [
        database,
        AuthModule.forKafka(kafkaClient(settings, logger)),
        FanOutModule,
        DispatchModule,
        DeliveryModule,
      ],
    };
  }
}
