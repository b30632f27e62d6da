import { createRequire } from 'node:module';
import pg from 'pg';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Client = typeof pg.Client;

/**
 * The clients that MikroORM may use: the one that it brings along, and ours, which the service kit gives to it. Jest loads
 * them as two modules although they may be one file.
 */
export function clientsOfMikroOrm(): readonly Client[] {
  const require = createRequire(import.meta.url);
  const fromMikroOrm = createRequire(require.resolve('@mikro-orm/postgresql'));
  return [...new Set([(fromMikroOrm('pg') as { Client: Client }).Client, pg.Client])];
}

interface Submitted {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** The relays have sessions of their own, which walk the log in the background. */
export const isOfRelay = (client: pg.Client): boolean =>
  String(
    (client as { connectionParameters?: { application_name?: string } }).connectionParameters?.application_name,
  ).startsWith('signet relay');

/** A service asks for PostgreSQL's time every few seconds, whatever else it does. */
const isAboutTime = (text: string): boolean => text.includes('clock_timestamp()');

/** Every statement that MikroORM sends to PostgreSQL in this process while `work` runs, with its values. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  const originals = clientsOfMikroOrm().map(({ prototype }) => ({ prototype, query: prototype.query }));
  for (const { prototype, query } of originals) {
    prototype.query = function (this: pg.Client, ...args: unknown[]): unknown {
      const [config, values] = args as [string | Submitted, unknown];
      const { text, values: own } = typeof config === 'string' ? { text: config, values: undefined } : config;
      if (!isOfRelay(this) && !isAboutTime(text))
        sent.push({ text, values: own ?? (Array.isArray(values) ? values : []) });
      return Reflect.apply(query, this, args);
    } as typeof query;
  }
  try {
    await work();
  } finally {
    for (const { prototype, query } of originals) prototype.query = query;
  }
  return sent;
}
