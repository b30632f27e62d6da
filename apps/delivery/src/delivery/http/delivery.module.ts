import { Module } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { CLOCK, IdempotencyKeys, IdempotencyModule } from '@signet/service-kit';
import { CircuitModule } from '../../circuit/circuit.module.ts';
import { WebhookDirectoryModule } from '../../webhook-directory/webhook-directory.module.ts';
import { PlatformFaultReader } from '../../platform-fault/platform-fault.reader.ts';
import { DeliveryCommands } from './delivery.commands.ts';
import { DeliveryHttp } from './delivery.http.ts';
import { DeliveryReader } from '../storage/delivery.reader.ts';

/** The API for deliveries. */
@Module({
  imports: [WebhookDirectoryModule, CircuitModule, IdempotencyModule],
  controllers: [DeliveryHttp],
  providers: [
    { provide: DeliveryReader, inject: [EntityManager], useFactory: (em: EntityManager) => new DeliveryReader(em) },
    {
      provide: PlatformFaultReader,
      inject: [EntityManager],
      useFactory: (em: EntityManager) => new PlatformFaultReader(em),
    },
    {
      provide: DeliveryCommands,
      inject: [EntityManager, DeliveryReader, CLOCK, IdempotencyKeys],
      useFactory: (em: EntityManager, reader: DeliveryReader, clock: Clock, keys: IdempotencyKeys) =>
        new DeliveryCommands(em, reader, clock, (transaction) => keys.noteIn(transaction)),
    },
  ],
})
export class DeliveryModule {}
