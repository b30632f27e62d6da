import pg from 'pg';

/** A database as it was at one time, on the same server. */
export interface DatabaseCopy {
  /** Restores the database to its state at that time. All connections are closed, as if the server ended. */
  restore(): Promise<void>;
  drop(): Promise<void>;
}

/** Copies a database as it is now. All its connections are closed; clients may connect again afterwards. */
export async function copyDatabase(url: string): Promise<DatabaseCopy> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_copy`;
  await onServer(url, async (sql) => {
    await closed(sql, name, () => sql(`create database ${copy} template ${name}`));
  });
  return {
    restore: () =>
      onServer(url, async (sql) => {
        await sql(`alter database ${name} allow_connections false`);
        await sql(`drop database ${name} with (force)`);
        await sql(`create database ${name} template ${copy}`);
      }),
    drop: () => onServer(url, (sql) => sql(`drop database if exists ${copy} with (force)`)),
  };
}

type Sql = (text: string) => Promise<void>;

/** Does work while no client is connected to the database. */
async function closed(sql: Sql, name: string, work: () => Promise<void>): Promise<void> {
  await sql(`alter database ${name} allow_connections false`);
  try {
    await sql(`select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${name}'`);
    await work();
  } finally {
    await sql(`alter database ${name} allow_connections true`);
  }
}

async function onServer(url: string, work: (sql: Sql) => Promise<void>): Promise<void> {
  const address = new URL(url);
  // Not template1: nobody could make a database while we are connected to it.
  address.pathname = '/postgres';
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  try {
    await work(async (text) => void (await client.query(text)));
  } finally {
    await client.end();
  }
}
