import { expect, test } from '@jest/globals';
import { judgeContracting, judgeExpanding, statementsOf } from './migration-statements.policy.ts';

/** The objections to SQL with several statements, in a release that has made the table `fresh`. */
const expanding = (sql: string): string[] => {
  const made = new Set(['fresh']);
  return statementsOf(sql).flatMap((statement) => judgeExpanding(statement, made) ?? []);
};

test.each([
  'alter table deliveries add column last_attempt text',
  'ALTER TABLE "deliveries" ADD COLUMN IF NOT EXISTS tries int NOT NULL DEFAULT 0, add column note text default \'a; b, "c"\';',
  'alter table deliveries add column at timestamptz null, add column price numeric(10, 2) not null default 1.5',
  "alter table deliveries add column tags text[] not null default '{}'::text[]",
  'create table notes (id bigint primary key, fresh_id int references fresh (id), at timestamptz default now())',
  'create table notes (id int); -- a table; of this release\n create unique index on notes (id)',
  'create index on fresh (id)',
  'create table days (day date) partition by list (day); create table monday partition of days for values in (1)',
  'create index concurrently if not exists by_day on deliveries (day) where day is not null',
])('the version before runs beside: %s', (sql) => {
  expect(expanding(sql)).toEqual([]);
});

test.each([
  ['create table monday partition of deliveries for values in (1)', 'takes rows'],
  ['alter table deliveries add column tries int not null', 'inserts no tries'],
  ['alter table deliveries add column tries int not null default null', 'inserts no tries'],
  ['alter table deliveries add column at timestamptz default now()', 'no constant'],
  ['alter table deliveries add column id uuid not null default gen_random_uuid()', 'no constant'],
  ['alter table deliveries add column a int default (random() * 10)', 'more than a type'],
  ['alter table deliveries add column a int check (a > 0)', 'more than a type'],
  ['alter table deliveries add column a int unique', 'more than a type'],
  ['alter table deliveries add column a int references fresh (id)', 'more than a type'],
  ['alter table deliveries add column a int, drop column b', 'no new column'],
  ['alter table deliveries add constraint one check (a > 0)', 'no new column'],
  ['alter table deliveries alter column a set not null', 'no new column'],
  ['alter table deliveries alter column a type bigint', 'no new column'],
  ['alter table deliveries rename column a to b', 'no new column'],
  ['alter table deliveries enable row level security', 'no new column'],
  ['create index by_day on deliveries (day)', 'concurrently'],
  ['create unique index concurrently by_day on deliveries (day)', 'unique index'],
  ['create table notes (id int references deliveries (id))', 'forbids it to remove rows'],
  ['create table notes as select * from deliveries', 'only'],
  ['drop table deliveries', 'only'],
  ['truncate deliveries', 'only'],
  ['update deliveries set a = 1', 'only'],
  ['create trigger one before insert on deliveries execute function refuse()', 'only'],
  ['do $$ begin drop table deliveries; end $$', 'only'],
  ['lock table deliveries', 'only'],
])('the version before would be disturbed by: %s', (sql, why) => {
  expect(expanding(sql).join()).toContain(why);
});

const isUnused = (name: string): boolean => ['notes', 'deliveries.old_name', 'by_day'].includes(name);
const contracting = (sql: string): string[] =>
  statementsOf(sql).flatMap((statement) => judgeContracting(statement, isUnused) ?? []);

test('a contracting migration may remove things that are listed as unused', () => {
  expect(
    contracting(
      'drop table if exists notes; alter table deliveries drop column if exists old_name; drop index concurrently by_day',
    ),
  ).toEqual([]);
});

test.each([
  ['drop table deliveries', 'deliveries is not listed'],
  ['drop table notes, deliveries', 'only'],
  ['drop table notes cascade', 'only'],
  ['alter table deliveries drop column name', 'deliveries.name is not listed'],
  ['alter table deliveries drop column old_name, drop column name', 'deliveries.name is not listed'],
  ['alter table deliveries drop column old_name cascade', 'drops no column'],
  ['alter table deliveries alter column name set not null', 'drops no column'],
  ['delete from deliveries', 'only'],
])('a contracting migration may not: %s', (sql, why) => {
  expect(contracting(sql).join()).toContain(why);
});
