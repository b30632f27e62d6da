import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { pgConnection } from '../database-address.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { BoundedClient } from './bounded-client.ts';

/** Gives the work one session, of which statements may take long, and ends it. It is the same one for every statement. */
export type LongSession = <T>(work: (database: Kysely<unknown>) => Promise<T>) => Promise<T>;

/** For jobs of a service that nobody waits for; the sessions of its pool have shorter limits. */
export const longSession =
  (options: Pick<DatabaseOptions, 'url' | 'tls' | 'limits' | 'schema'>): LongSession =>
  async (work) => {
    const pool = new Pool({
      ...pgConnection(options, 'long', { search_path: `${options.schema},public` }),
      application_name: `${options.schema} long job`,
      Client: BoundedClient,
      max: 1,
    });
    // The next statement says that the connection is gone.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => void client.on('error', () => undefined));
    const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    try {
      return await database.connection().execute(work);
    } finally {
      await database.destroy();
    }
  };
