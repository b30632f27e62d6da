import { Module } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { CLOCK, IdempotencyKeys, IdempotencyModule } from '@signet/service-kit';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { CircuitCommands } from './http/circuit.commands.ts';
import { CircuitHttp } from './http/circuit.http.ts';
import { CircuitReader } from './http/circuit.reader.ts';

/** The API for the circuits, as their owners have stored them. Dispatch itself uses the circuits in its memory. */
@Module({
  imports: [WebhookDirectoryModule, IdempotencyModule],
  controllers: [CircuitHttp],
  providers: [
    { provide: CircuitReader, inject: [EntityManager], useFactory: (em: EntityManager) => new CircuitReader(em) },
    {
      provide: CircuitCommands,
      inject: [EntityManager, CLOCK, IdempotencyKeys],
      useFactory: (em: EntityManager, clock: Clock, keys: IdempotencyKeys) =>
        new CircuitCommands(em, clock, (transaction) => keys.noteIn(transaction)),
    },
  ],
  exports: [CircuitReader],
})
export class CircuitModule {}
