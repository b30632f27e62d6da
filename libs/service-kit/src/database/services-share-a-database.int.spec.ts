import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql';
import { Migration } from '@mikro-orm/migrations';
import { Inject, Module } from '@nestjs/common';
import { testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { startService } from '../service/start-service.ts';
import type { DatabaseOptions } from './database-options.ts';
import { databaseOptions } from './database-options.ts';
import { DatabaseModule } from './database.module.ts';
import { migrate } from './schema/migrate.ts';

class MakeNotes extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('create extension if not exists pg_trgm schema public');
    this.addSql('create table notes (id integer primary key, body text not null)');
    this.addSql('create index notes_body on notes using gin (body gin_trgm_ops)');
  }
}

const Note = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: { id: p.integer().primary(), body: p.text() },
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const optionsFor = (schema: string): DatabaseOptions => ({
  url: database.url,
  schema,
  entities: [Note],
  migrations: [MakeNotes],
  poolSize: 2,
});

test('services that start at once migrate one after the other, each its own schema', async () => {
  const replicas = ['registry', 'registry', 'registry', 'delivery', 'delivery'].map((schema) => optionsFor(schema));
  const ran = await Promise.all(replicas.map((options) => migrate(options)));
  expect(ran.flat()).toEqual(['MakeNotes', 'MakeNotes']);
});

test('entities and hand-written SQL of a service see its own schema only', async () => {
  const registry = await MikroORM.init(databaseOptions(optionsFor('registry')));
  const delivery = await MikroORM.init(databaseOptions(optionsFor('delivery')));
  try {
    const em = registry.em.fork();
    em.create(Note, { id: 1, body: 'of the registry' });
    await em.flush();
    expect(await registry.em.fork().execute('select body from notes')).toEqual([{ body: 'of the registry' }]);
    expect(await delivery.em.fork().find(Note, {})).toEqual([]);
    expect(await delivery.em.fork().execute('select body from registry.notes')).toHaveLength(1);
  } finally {
    await registry.close();
    await delivery.close();
  }
});

test('a service has its database before its modules are made, and is ready as long as it answers', async () => {
  let notesAtStart: unknown;
  @Module({})
  class NoteModule {
    constructor(@Inject(MikroORM) private readonly orm: MikroORM) {}
    async onModuleInit(): Promise<void> {
      notesAtStart = await this.orm.em.fork().count(Note);
    }
  }
  const service = await startService({
    name: 'notes',
    module: { module: NoteModule, imports: [await DatabaseModule.forRoot(optionsFor('notes'))] },
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'warn',
      SIGNET_SHUTDOWN_DEADLINE: 5_000,
    },
    openapi: { title: 'Notes' },
  });
  try {
    expect(notesAtStart).toBe(0);
    const ready = await (await fetch(`${service.managementUrl}/readyz`)).json();
    expect(ready).toEqual({ status: 'ok', checks: { service: 'ok', database: 'ok' } });
  } finally {
    await service.stop();
  }
});

test('a schema that is not a plain name is refused', () => {
  expect(() => databaseOptions(optionsFor('x,pg_catalog'))).toThrow('not a plain schema name');
});
