import type { Client } from 'pg';
import { pgConnection } from './database-address.ts';
import type { DatabaseAddress } from './database-address.ts';
import { BoundedClient } from './sessions/bounded-client.ts';
import type { SessionKind } from './sessions/session-limits.ts';

/** Does what needs a connection outside MikroORM's pool, and ends the connection. */
export async function withClient<T>(
  address: DatabaseAddress,
  work: (client: Client) => Promise<T>,
  { kind = 'serving', name }: { readonly kind?: SessionKind; readonly name?: string } = {},
): Promise<T> {
  const client: Client = new BoundedClient({ ...pgConnection(address, kind), ...(name && { application_name: name }) });
  // The server may end the connection between two statements: the next one says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
