import { createRequire } from 'node:module';
import type pg from 'pg';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Client = typeof pg.Client;

/** The client that MikroORM brings along, which need not be ours. */
function clientOfMikroOrm(): Client {
  const require = createRequire(import.meta.url);
  const fromMikroOrm = createRequire(require.resolve('@mikro-orm/postgresql'));
  return (fromMikroOrm('pg') as { Client: Client }).Client;
}

interface Submitted {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Every statement that MikroORM sends to PostgreSQL in this process while `work` runs, with its values. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  const { prototype } = clientOfMikroOrm();
  const original = prototype.query;
  const recording = function (this: pg.Client, ...args: unknown[]): unknown {
    const [config, values] = args as [string | Submitted, unknown];
    const { text, values: own } = typeof config === 'string' ? { text: config, values: undefined } : config;
    sent.push({ text, values: own ?? (Array.isArray(values) ? values : []) });
    return Reflect.apply(original, this, args);
  };
  prototype.query = recording as typeof original;
  try {
    await work();
  } finally {
    prototype.query = original;
  }
  return sent;
}
