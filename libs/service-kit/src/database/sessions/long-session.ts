import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { pgConnection } from '../database-address.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { BoundedClient } from './bounded-client.ts';

/** Opens one session whose statements may take long, does all statements of the work on it, and closes it. */
export type LongSession = <T>(work: (database: Kysely<unknown>) => Promise<T>) => Promise<T>;

/** For background jobs of a service, for which no caller waits; the sessions of its pool have shorter limits. */
export const longSession =
  (options: Pick<DatabaseOptions, 'url' | 'tls' | 'limits' | 'schema'>): LongSession =>
  async (work) => {
    const pool = new Pool({
      ...pgConnection(options, 'long', { search_path: `${options.schema},public` }),
      application_name: `${options.schema} long job`,
      Client: BoundedClient,
      max: 1,
    });
    // Ignored: if the connection is gone, the next statement fails.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => void client.on('error', () => undefined));
    const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    try {
      return await database.connection().execute(work);
    } finally {
      await database.destroy();
    }
  };
