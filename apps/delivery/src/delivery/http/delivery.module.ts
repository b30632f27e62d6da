import { Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, IdempotencyKeys, IdempotencyModule } from '@signet/service-kit';
import { DATABASE } from '../../database/database.port.ts';
import type { Database } from '../../database/database.port.ts';
import { CircuitModule } from '../../circuit/circuit.module.ts';
import { WebhookDirectoryModule } from '../../webhook-directory/webhook-directory.module.ts';
import { PlatformFaultReader } from '../../platform-fault/storage/platform-fault.reader.ts';
import { DeliveryCommands } from './delivery.commands.ts';
import { DeliveryHttp } from './delivery.http.ts';
import { DeliveryViewContext } from './delivery.view-context.ts';
import { DeliveryReader } from '../storage/delivery.reader.ts';

/** The API for deliveries. */
@Module({
  imports: [WebhookDirectoryModule, CircuitModule, IdempotencyModule],
  controllers: [DeliveryHttp],
  providers: [
    { provide: DeliveryReader, inject: [DATABASE], useFactory: (database: Database) => new DeliveryReader(database) },
    {
      provide: PlatformFaultReader,
      inject: [DATABASE],
      useFactory: (database: Database) => new PlatformFaultReader(database),
    },
    {
      provide: DeliveryCommands,
      inject: [DATABASE, DeliveryReader, CLOCK, IdempotencyKeys],
      useFactory: (database: Database, reader: DeliveryReader, clock: Clock, keys: IdempotencyKeys) =>
        new DeliveryCommands(database, reader, clock, (transaction) => keys.noteIn(transaction.em)),
    },
    DeliveryViewContext,
  ],
})
export class DeliveryModule {}
