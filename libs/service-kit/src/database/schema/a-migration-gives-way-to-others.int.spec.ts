import { Migration } from '@mikro-orm/migrations';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TestDatabase } from '@signet/testing';
import { testDatabase, waitFor } from '@signet/testing';
import pg from 'pg';
import { withClient } from '../connect.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { DEFAULT_LIMITS } from '../sessions/session-limits.ts';
import { migrate } from './migrate.ts';

class MakeNotes extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('create table notes (id int)');
  }
}
class AddBody extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('alter table notes add column body text');
  }
}

let database: TestDatabase;
let dump: pg.Client;
beforeEach(async () => {
  database = await testDatabase();
  await migrate(options());
  dump = new pg.Client({ connectionString: database.url, application_name: 'pg_dump' });
  await dump.connect();
});
afterEach(async () => {
  await dump.end();
  await database.drop();
});

const options = (more: Partial<DatabaseOptions> = {}): DatabaseOptions => ({
  url: database.url,
  schema: 'notes',
  entities: [],
  migrations: [MakeNotes],
  ...more,
});
/** The longest time of a service's statement beside a waiting migration: the migration's lock time-out, and a margin for a busy machine. */
const PATIENCE_MS = 20_000;

test('a migration that waits for a lock ends in time and names the session that holds it, while a service goes on reading and writing', async () => {
  await dump.query('begin');
  await dump.query('select * from notes.notes');
  let isOver = false;
  const migrating = migrate(options({ migrations: [MakeNotes, AddBody], migrateWaitMs: 6_000 })).finally(
    () => (isOver = true),
  );
  migrating.catch(() => undefined);
  let served = 0;
  await withClient({ url: database.url, limits: { ...DEFAULT_LIMITS, statementMs: PATIENCE_MS } }, async (client) => {
    while (!isOver) {
      await client.query('insert into notes.notes values (1)');
      served += 1;
    }
  });
  await expect(migrating).rejects.toMatchObject({
    exitCode: 69,
    message: expect.stringMatching(
      /^The migration AddBody did not get its locks within 6 s \(SIGNET_MIGRATE_WAIT\): they are held by "pg_dump" of \S+ at \S+ \(pid \d+, in a transaction for \d+ s\)\./,
    ) as unknown,
  });
  expect(served).toBeGreaterThan(0);
  await dump.query('rollback');
  expect(await migrate(options({ migrations: [MakeNotes, AddBody] }))).toEqual(['AddBody']);
});

test('a migration is tried again until the lock is free', async () => {
  await dump.query('begin');
  await dump.query('select * from notes.notes');
  const told: string[] = [];
  const logger = { info: () => undefined, warn: (_fields: object, message: string) => void told.push(message) };
  const migrating = migrate(options({ migrations: [MakeNotes, AddBody] }), { logger });
  await waitFor(() => told.length > 0, { what: 'the migration to meet the lock' });
  expect(told[0]).toContain('waits for locks of "pg_dump"');
  await dump.query('commit');
  expect(await migrating).toEqual(['AddBody']);
});

test('a migration waits for another one, but not for ever', async () => {
  await dump.query(`select pg_advisory_lock(hashtextextended('signet.migrations', 0))`);
  await expect(migrate(options({ migrateWaitMs: 1_000, migrations: [MakeNotes, AddBody] }))).rejects.toMatchObject({
    exitCode: 69,
    message: expect.stringContaining('has been at work for 1 s (SIGNET_MIGRATE_WAIT)') as unknown,
  });
  const told: string[] = [];
  const logger = { info: (_fields: object, message: string) => void told.push(message), warn: () => undefined };
  const migrating = migrate(options({ migrations: [MakeNotes, AddBody] }), { logger });
  await waitFor(() => told.length > 0, { what: 'the migration to wait' });
  await dump.query(`select pg_advisory_unlock(hashtextextended('signet.migrations', 0))`);
  expect(await migrating).toEqual(['AddBody']);
});

test('a migration that fails leaves nothing behind, and the migrations before it stay', async () => {
  class Fails extends Migration {
    static readonly phase = 'expand';

    override up(): void {
      this.addSql('create table left_over (id int)');
      this.addSql('select 1 / 0');
    }
  }
  await expect(migrate(options({ migrations: [MakeNotes, AddBody, Fails] }))).rejects.toThrow(/division by zero/);
  const { rows } = await dump.query(
    `select to_regclass('notes.left_over') as left_over, array_agg(name order by id) as done from notes.migrations`,
  );
  expect(rows).toEqual([{ left_over: null, done: ['MakeNotes', 'AddBody'] }]);
});
