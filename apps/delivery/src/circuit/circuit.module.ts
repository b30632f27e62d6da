import { Module } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { CircuitHttp } from './circuit.http.ts';
import { CircuitReader } from './circuit.reader.ts';

/** The circuits as people read them; those that dispatch goes by are in the memory of their owners. */
@Module({
  imports: [WebhookDirectoryModule],
  controllers: [CircuitHttp],
  providers: [
    { provide: CircuitReader, inject: [EntityManager], useFactory: (em: EntityManager) => new CircuitReader(em) },
  ],
})
export class CircuitModule {}
