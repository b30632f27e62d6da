import type { EntityManager } from '@mikro-orm/postgresql';
import type { Kysely } from 'kysely';
import type { Database, Transaction } from './database.port.ts';
import type { Tables } from './tables.ts';

/** The `Database` over MikroORM's pool. */
export class MikroOrmDatabase implements Database {
  /** A fork has no transaction of its own, and takes none of the code that happens to run: so `query` is always the pool. */
  private readonly outside: EntityManager;

  constructor(private readonly em: EntityManager) {
    this.outside = em.fork();
  }

  get query(): Kysely<Tables> {
    return this.outside.getKysely<Tables>();
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.em.fork().transactional((em) => work({ em, query: em.getKysely<Tables>() }));
  }
}
