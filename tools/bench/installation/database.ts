import { withClient } from '@signet/service-kit';
import type pg from 'pg';
import { databaseAt } from '../../dev/servers/given-connections.ts';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';

/** Does what needs the database of the Signet that is measured, connected as its services are, and ends the connection. */
export const withDatabaseOf = <T>(
  { databaseUrl }: Pick<LocalFile, 'databaseUrl'>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => withClient(databaseAt(databaseUrl), work);
