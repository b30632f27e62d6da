import { Migration } from '@mikro-orm/migrations';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TestDatabase } from '@signet/testing';
import { testDatabase } from '@signet/testing';
import { withClient } from '../database/connect.ts';
import type { DatabaseOptions } from '../database/database-options.ts';
import { migrate, requireSchema } from '../database/schema/migrate.ts';
import { compareWithDatabase } from './database-installation.ts';
import { InstallationMigration, InstallationPrefixMigration } from './installation.migration.ts';

class FirstMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('create table notes (id int)');
  }
}
class LaterMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('create table later (id int)');
  }
}

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const optionsOf = (installation: string | undefined, more: DatabaseOptions['migrations'] = []): DatabaseOptions => ({
  url: database.url,
  schema: 'notes',
  entities: [],
  migrations: [
    { name: 'first', class: FirstMigration },
    ...(installation === undefined ? [] : [{ name: 'installation', class: InstallationMigration }]),
    ...more,
  ],
  installation,
});

const migrated = (options: DatabaseOptions): Promise<string[]> => migrate(options);
const query = (sql: string) =>
  withClient({ url: database.url }, async (client) => (await client.query(sql)).rows as object[]);
const compare = (installation: string, prefix?: string) =>
  withClient({ url: database.url }, (client) => compareWithDatabase(client, 'notes', { installation, prefix }));
const withPrefix = (prefix: string): DatabaseOptions => ({
  ...optionsOf('a', [{ name: 'installation-prefix', class: InstallationPrefixMigration }]),
  prefix,
});

test('an empty database may be used by any installation; the first start records which one it belongs to', async () => {
  await compare('a');
  await migrated(optionsOf('a'));
  await compare('a');
  expect(await query('select name from notes.installation')).toEqual([{ name: 'a' }]);
  await expect(compare('b')).rejects.toThrow(/^This database belongs to the installation "a", but .* is "b":/);
});

test('another installation is refused before its migrations change anything', async () => {
  await migrated(optionsOf('a'));
  await expect(migrated(optionsOf('b', [{ name: 'later', class: LaterMigration }]))).rejects.toThrow(/"a".*"b"/);
  expect(await query("select to_regclass('notes.later') as later")).toEqual([{ later: null }]);
  expect(await query('select name from notes.installation')).toEqual([{ name: 'a' }]);
});

test('a database of before 0.2 is adopted', async () => {
  await migrated(optionsOf(undefined));
  await compare('a');
  expect(await migrated(optionsOf('a'))).toEqual(['installation']);
  await expect(compare('b')).rejects.toThrow(/"a"/);
});

test('of two first starts at the same time one gets it', async () => {
  const results = await Promise.allSettled([migrated(optionsOf('a')), migrated(optionsOf('b'))]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const winner = results[0].status === 'fulfilled' ? 'a' : 'b';
  expect(await query('select name from notes.installation')).toEqual([{ name: winner }]);
});

test('a prefix is recorded by the first start that knows of it, and another one is refused before its migrations change anything', async () => {
  await migrated(optionsOf('a'));
  await compare('a', 'acme.');
  expect(await migrated(withPrefix('acme.'))).toEqual(['installation-prefix']);
  await compare('a', 'acme.');
  await expect(compare('a', '')).rejects.toThrow(/^This database was used with the SIGNET_PREFIX "acme."/);
  const { migrations, ...options } = withPrefix('other.');
  const later = [...migrations, { name: 'later', class: LaterMigration }];
  await expect(migrated({ ...options, migrations: later })).rejects.toThrow(/Set SIGNET_PREFIX to "acme\."/);
  expect(await query("select to_regclass('notes.later') as later")).toEqual([{ later: null }]);
});

test('a start that does not migrate records the prefix, too, and refuses another one', async () => {
  const { prefix: _, ...byCommand } = withPrefix('');
  await migrated(byCommand);
  await requireSchema(withPrefix('acme.'));
  await expect(requireSchema(withPrefix(''))).rejects.toThrow(/"acme\."/);
});

test('a prefix may be changed on purpose, by what the sentence says', async () => {
  await migrated(withPrefix(''));
  const refused = await compare('a', 'acme.').catch((error: Error) => error.message);
  await query(/update .*$/.exec(String(refused))?.[0] ?? '');
  await compare('a', 'acme.');
  await expect(compare('a', '')).rejects.toThrow(/"acme\."/);
});

test('a command without Kafka has no prefix, and may use a database with any prefix', async () => {
  await migrated(withPrefix('acme.'));
  await compare('a');
});
