import { EntityManager } from '@mikro-orm/postgresql';
import { Global, Module } from '@nestjs/common';
import { DATABASE } from './database.port.ts';
import { MikroOrmDatabase } from './mikro-orm-database.ts';

/** Binds the port `Database` to MikroORM, once for the whole app. */
@Global()
@Module({
  providers: [
    { provide: DATABASE, inject: [EntityManager], useFactory: (em: EntityManager) => new MikroOrmDatabase(em) },
  ],
  exports: [DATABASE],
})
export class DatabasePortModule {}
