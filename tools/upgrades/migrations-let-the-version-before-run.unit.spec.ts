import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { DatabaseOptions, ListedMigration } from '@signet/service-kit';
import { deliveryDatabase } from '../../apps/delivery/src/database/database.ts';
import { registryDatabase } from '../../apps/registry/src/database/database.ts';
import { ROOT } from '../dev/settings.ts';
import { judgeContracting, judgeExpanding, statementsOf } from './migration-statements.policy.ts';
import { UNUSED_SINCE } from './unused-since.ts';

const SETTINGS = { SIGNET_DATABASE_URL: 'postgres://localhost/signet', SIGNET_DATABASE_POOL: 1 };
const DATABASES = { registry: registryDatabase(SETTINGS), delivery: deliveryDatabase(SETTINGS) };
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/**
 * The migrations since 0.2.0, by the version that brings them. Migrations after the last release belong to the version in package.json.
 * Compatibility is promised from 0.2.0 on, so the migrations up to 0.2.0 are not judged.
 */
function releases({ migrations, lastOf = {} }: DatabaseOptions): [string, readonly ListedMigration[]][] {
  const out = Object.entries(lastOf);
  expect(out[0]?.[0]).toBe('0.2.0');
  const ends = out.map(([, last]) => migrations.findIndex(({ name }) => name === last) + 1);
  for (const end of ends) expect(end).toBeGreaterThan(0);
  return ends.map((end, at) => [out[at + 1]?.[0] ?? VERSION, migrations.slice(end, ends[at + 1])]);
}

const classOf = (migration: ListedMigration) => ('class' in migration ? migration.class : migration);
function statementsIn(migration: ListedMigration): { statements: string[]; isTransactional: boolean } {
  const Class = classOf(migration);
  const instance = new Class(undefined as never, undefined as never);
  // A migration that asks PostgreSQL first fails here, and has a test of its own.
  void Promise.resolve(instance.up()).catch(() => undefined);
  return {
    statements: instance.getQueries().flatMap((sql) => statementsOf(String(sql))),
    isTransactional: instance.isTransactional(),
  };
}
const minorOf = (version: string): number => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
};

test.each(Object.entries(DATABASES))(
  '%s: every minor version that is out has its last migration',
  (_schema, { lastOf = {} }) => {
    const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
    const out = [...changelog.matchAll(/^## \[(\d+\.\d+\.0)\] - \d{4}-/gm)].map(([, version = '']) => version);
    expect(Object.keys(lastOf)).toEqual(out.filter((version) => minorOf(version) >= minorOf('0.2.0')).toReversed());
  },
);

test.each(Object.entries(DATABASES))('%s: every migration says its phase', (_schema, { migrations }) => {
  for (const migration of migrations) expect(['expand', 'contract']).toContain(classOf(migration).phase);
});

test.each(Object.entries(DATABASES))(
  '%s: the version before runs on beside every migration since 0.2.0',
  (schema, database) => {
    for (const [version, ofRelease] of releases(database)) {
      const made = new Set<string>();
      const isUnused = (name: string): boolean => {
        const since = UNUSED_SINCE[`${schema}.${name}`];
        return since !== undefined && minorOf(since) < minorOf(version);
      };
      for (const migration of ofRelease) {
        const { statements, isTransactional } = statementsIn(migration);
        for (const sql of statements) {
          const against =
            classOf(migration).phase === 'contract' ? judgeContracting(sql, isUnused) : judgeExpanding(sql, made);
          expect({ migration: migration.name, sql, against }).toEqual({
            migration: migration.name,
            sql,
            against: undefined,
          });
          // PostgreSQL refuses it in a transaction.
          if (sql.includes(' concurrently '))
            expect({ migration: migration.name, isTransactional }).toMatchObject({ isTransactional: false });
        }
      }
    }
  },
);
