import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AuthModule, DatabaseModule, IdempotencyModule } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from './config.ts';
import { CircuitModule } from './circuit/circuit.module.ts';
import { deliveryDatabase } from './database/database.ts';
import { DatabasePortModule } from './database/database.module.ts';
import { DeliveryJobModule } from './delivery-jobs/delivery-job.module.ts';
import { DeliveryModule } from './delivery/http/delivery.module.ts';
import { DispatchModule } from './dispatch/dispatch.module.ts';
import { FailuresModule } from './failures/failures.module.ts';
import { FanOutModule } from './fan-out/fan-out.module.ts';
import { ReplayModule } from './replay/replay.module.ts';
import { StatisticsModule } from './statistics/statistics.module.ts';
import { kafkaClient } from './kafka-client.ts';

@Module({})
export class AppModule {
  static async forRoot(settings: DeliverySettings, logger: Logger): Promise<DynamicModule> {
    const database = await DatabaseModule.forRoot(deliveryDatabase(settings));
    return {
      module: AppModule,
      imports: [
        database,
        DatabasePortModule,
        AuthModule.forKafka(kafkaClient(settings, logger), {
          installation: settings.SIGNET_INSTALLATION,
          maxAgeMs: settings.SIGNET_API_KEYS_MAX_AGE,
        }),
        IdempotencyModule,
        FanOutModule,
        DispatchModule,
        DeliveryModule,
        DeliveryJobModule,
        FailuresModule,
        ReplayModule,
        CircuitModule,
        StatisticsModule,
      ],
    };
  }
}
