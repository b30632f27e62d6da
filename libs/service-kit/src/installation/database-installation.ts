import type { Client } from 'pg';
import { StartRefusedError } from '../service/start/start-refused.error.ts';
import { reasonAgainstDatabase, reasonAgainstPrefix } from './installation.policy.ts';

/** The installation to which a service belongs. */
export interface Belonging {
  /** SIGNET_INSTALLATION. */
  readonly installation: string;
  /** SIGNET_PREFIX; undefined for a command that uses no Kafka: it is neither compared nor recorded. */
  readonly prefix?: string | undefined;
}

/** undefined: the service belongs to no installation. */
export const belongingOf = ({
  installation,
  prefix,
}: {
  readonly installation?: string | undefined;
  readonly prefix?: string | undefined;
}): Belonging | undefined => (installation === undefined ? undefined : { installation, prefix });

/**
 * Compares installation and prefix with those that are recorded in the service's schema. A schema that does not exist, or that a
 * version before 0.2 made, belongs to no installation yet. It changes nothing.
 *
 * @throws StartRefusedError when the schema belongs to another installation, or was used with another prefix
 */
export async function compareWithDatabase(client: Client, schema: string, own: Belonging): Promise<void> {
  const table = tableOf(client, schema);
  const { rows: found } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    table,
  ]);
  if (!found[0]?.there) return;
  // Read through JSON, since a schema that is not migrated yet does not have the column `prefix`.
  const { rows } = await client.query<{ name: string; prefix: string | null }>(
    `select name, to_jsonb(installation) ->> 'prefix' as prefix from ${table} as installation`,
  );
  const [recorded] = rows;
  if (recorded === undefined) return;
  const reason =
    reasonAgainstDatabase(recorded.name, own.installation) ??
    (own.prefix === undefined ? undefined : reasonAgainstPrefix(recorded.prefix, own.prefix, schema));
  if (reason !== undefined) throw new StartRefusedError(reason);
}

/**
 * Records installation and prefix at the first start, and compares again: another installation may have been faster.
 *
 * @throws StartRefusedError when the schema belongs to another installation, or was used with another prefix
 */
export async function recordInDatabase(client: Client, schema: string, own: Belonging): Promise<void> {
  const table = tableOf(client, schema);
  await client.query(`insert into ${table} (name) values ($1) on conflict do nothing`, [own.installation]);
  if (own.prefix !== undefined)
    await client.query(`update ${table} set prefix = $2 where name = $1 and prefix is null`, [
      own.installation,
      own.prefix,
    ]);
  await compareWithDatabase(client, schema, own);
}

const tableOf = (client: Client, schema: string): string => `${client.escapeIdentifier(schema)}.installation`;
