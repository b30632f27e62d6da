import type { Client } from 'pg';
import { pgConnection } from './database-address.ts';
import type { DatabaseAddress } from './database-address.ts';
import { BoundedClient } from './sessions/bounded-client.ts';
import type { SessionKind } from './sessions/session-limits.ts';

/** Opens a connection outside MikroORM's pool, does the work over it, and closes it. */
export async function withClient<T>(
  address: DatabaseAddress,
  work: (client: Client) => Promise<T>,
  { kind = 'serving', name }: { readonly kind?: SessionKind; readonly name?: string } = {},
): Promise<T> {
  const client: Client = new BoundedClient({ ...pgConnection(address, kind), ...(name && { application_name: name }) });
  // The server may close the connection between two statements: then the next statement fails, which is enough.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
