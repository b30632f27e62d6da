import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testSetting } from '../environment.ts';

export interface TestDatabase {
  /** postgres://… of a fresh, empty database. */
  readonly url: string;
  /** Closes all connections and removes the database. */
  drop(): Promise<void>;
}

/** A database of its own for a test file, on the server of SIGNET_TEST_DATABASE_URL. */
export async function testDatabase(): Promise<TestDatabase> {
  const adminUrl = testSetting('SIGNET_TEST_DATABASE_URL');
  const name = `signet_test_${randomBytes(8).toString('hex')}`;
  await execute(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(adminUrl, `drop database if exists ${name} with (force)`) };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
