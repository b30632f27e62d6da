import type { Client } from 'pg';
import { StartRefusedError } from '../service/start-refused.error.ts';
import { reasonAgainstDatabase } from './installation.policy.ts';

/**
 * Compares the installation with the one that a service's schema was recorded for. A schema that is not there, or that a version
 * before 0.2 made, belongs to no installation yet. It changes nothing.
 *
 * @throws StartRefusedError when the schema belongs to another installation
 */
export async function compareWithDatabase(client: Client, schema: string, installation: string): Promise<void> {
  const table = tableOf(client, schema);
  const { rows: found } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    table,
  ]);
  if (!found[0]?.there) return;
  const { rows } = await client.query<{ name: string }>(`select name from ${table}`);
  const reason = reasonAgainstDatabase(rows[0]?.name, installation);
  if (reason !== undefined) throw new StartRefusedError(reason);
}

/**
 * Records the installation at the first start, and compares again: another one may have been faster since.
 *
 * @throws StartRefusedError when the schema belongs to another installation
 */
export async function recordInDatabase(client: Client, schema: string, installation: string): Promise<void> {
  await client.query(`insert into ${tableOf(client, schema)} (name) values ($1) on conflict do nothing`, [
    installation,
  ]);
  await compareWithDatabase(client, schema, installation);
}

const tableOf = (client: Client, schema: string): string => `${client.escapeIdentifier(schema)}.installation`;
