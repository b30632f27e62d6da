import { Client } from 'pg';
import { pgConnection } from './database-address.ts';
import type { DatabaseAddress } from './database-address.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Does what needs a connection outside MikroORM's pool, and ends the connection. */
export async function withClient<T>(address: DatabaseAddress, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...pgConnection(address), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // The server may end the connection between two statements: the next one says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Throws what PostgreSQL says against a connection. */
export const tryToConnect = (address: DatabaseAddress): Promise<void> =>
  withClient(address, async (client) => void (await client.query('select 1')));
