import { Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK, IdempotencyKeys, IdempotencyModule } from '@signet/service-kit';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { CircuitCommands } from './http/circuit.commands.ts';
import { CircuitHttp } from './http/circuit.http.ts';
import { CircuitReader } from './http/circuit.reader.ts';

/** The API for the circuits, as their owners have stored them. Dispatch itself uses the circuits in its memory. */
@Module({
  imports: [WebhookDirectoryModule, IdempotencyModule],
  controllers: [CircuitHttp],
  providers: [
    { provide: CircuitReader, inject: [DATABASE], useFactory: (database: Database) => new CircuitReader(database) },
    {
      provide: CircuitCommands,
      inject: [DATABASE, CLOCK, IdempotencyKeys],
      useFactory: (database: Database, clock: Clock, keys: IdempotencyKeys) =>
        new CircuitCommands(database, clock, (transaction) => keys.noteIn(transaction.em)),
    },
  ],
  exports: [CircuitReader],
})
export class CircuitModule {}
