import type { EntityManager } from '@mikro-orm/postgresql';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Runs statements: each over a free connection of the pool, or all of them in one transaction. */
export interface Queries {
  /** For kysely's `sql` and for its typed builder; results are rows, never entities. */
  readonly query: Kysely<Tables>;
}

export interface Transaction extends Queries {
  /** MikroORM's view of the same transaction, for libraries that write in it. */
  readonly em: EntityManager;
}

/**
 * Delivery's PostgreSQL (docs/adr/0049). Connections, their limits and the search path are those of MikroORM's pool. Not for work
 * that needs a session of its own: the relay, and the dropping of old days.
 */
export interface Database extends Queries {
  /** Commits when `work` resolves, and rolls back when it rejects. Statements of `query` outside are not part of it. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** Nest's token for the `Database`. */
export const DATABASE = Symbol('signet.delivery.database');
