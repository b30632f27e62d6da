import { Migration } from '@mikro-orm/migrations';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TestDatabase } from '@signet/testing';
import { testDatabase, waitFor } from '@signet/testing';
import pg from 'pg';
import { VERSION } from '../../version.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { migrate } from './migrate.ts';
import { prepareSchema } from './prepare-schema.ts';

class MakeNotes extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('create table notes (id int, old_name text)');
  }
}
class AddName extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('alter table notes add column name text');
  }
}
class DropOldName extends Migration {
  static readonly phase = 'contract';

  override up(): void {
    this.addSql('alter table notes drop column old_name');
  }
}

let database: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const logger = { info: () => undefined, warn: () => undefined };
const options = (migrates: 'at-start' | 'never', migrations = [MakeNotes, AddName, DropOldName]): DatabaseOptions => ({
  url: database.url,
  schema: 'notes',
  entities: [],
  migrations,
  migrates,
});
async function columns(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'notes' order by ordinal_position`,
  );
  return rows.map(({ name }) => name);
}

test('a service that does not migrate refuses tables that are missing or too old, and changes nothing', async () => {
  await expect(prepareSchema(options('never'), logger)).rejects.toMatchObject({
    exitCode: 69,
    message: expect.stringContaining('first of all MakeNotes: run signet-admin migrate') as unknown,
  });
  expect(await columns()).toEqual([]);
  await migrate(options('never', [MakeNotes]));
  await expect(prepareSchema(options('never'), logger)).rejects.toThrow(/lacks 1 of the migrations .* AddName/);
  expect(await columns()).toEqual(['id', 'old_name']);
});

test('a service starts on tables that the command has expanded, of its own version or the one after it', async () => {
  await migrate(options('never'));
  await prepareSchema(options('never'), logger);
  expect(await columns()).toEqual(['id', 'old_name', 'name']);
  const [major, minor] = VERSION.split('.').map(Number) as [number, number];
  await migrate(options('never'), { version: `${major}.${minor + 1}.0` });
  for (const migrates of ['never', 'at-start'] as const) await prepareSchema(options(migrates), logger);
});

test.each(['never', 'at-start'] as const)('with %s, tables of two versions later are refused', async (migrates) => {
  const [major, minor] = VERSION.split('.').map(Number) as [number, number];
  await migrate(options('never'), { version: `${major}.${minor + 2}.0` });
  await expect(prepareSchema(options(migrates), logger)).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining('more than one minor version apart') as unknown,
  });
});

test('an older version that starts later does not lower the version of the tables', async () => {
  await migrate(options('never'), { version: '0.9.0' });
  await migrate(options('never'), { version: '0.8.0' });
  expect((await client.query('select version from notes.schema_version')).rows).toEqual([{ version: '0.9.0' }]);
});

test('tables are contracted only on request, after they were expanded, and once the older version has gone', async () => {
  await expect(migrate(options('never'), { phase: 'contract' })).rejects.toThrow(/--phase expand first/);
  await migrate(options('at-start'));
  expect(await columns()).toEqual(['id', 'old_name', 'name']);
  const older = new pg.Client({ connectionString: database.url, application_name: 'notes' });
  await older.connect();
  await expect(migrate(options('never'), { phase: 'contract' })).rejects.toThrow(
    /^Sessions of version 0\.2\.0 use the schema notes/,
  );
  await older.end();
  const sessions = async (): Promise<number> =>
    (await client.query(`select from pg_stat_activity where application_name = 'notes'`)).rows.length;
  await waitFor(async () => (await sessions()) === 0, { what: 'the older session to be gone' });
  expect(await migrate(options('never'), { phase: 'contract' })).toEqual(['DropOldName']);
  expect(await columns()).toEqual(['id', 'name']);
  expect(await migrate(options('never'), { phase: 'contract' })).toEqual([]);
});
