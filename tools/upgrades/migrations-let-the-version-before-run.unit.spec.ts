import { expect, test } from '@jest/globals';
import type { ListedMigration } from '@signet/service-kit';
import { deliveryDatabase } from '../../apps/delivery/src/database/database.ts';
import { registryDatabase } from '../../apps/registry/src/database/database.ts';

const SETTINGS = { SIGNET_DATABASE_URL: 'postgres://localhost/signet', SIGNET_DATABASE_POOL: 1 };
const DATABASES = { registry: registryDatabase(SETTINGS), delivery: deliveryDatabase(SETTINGS) };
/** Compatibility counts from 0.2.0: what its migrations did is what there is. */
const LAST_OF_0_2: Readonly<Record<string, string>> = { registry: 'TablesMigration', delivery: 'platform-faults' };
/** What a service of the version before would stumble over. */
const TAKES_AWAY =
  /\b(drop\s+(table|column|function|schema|view)|rename|alter\s+column\s+\S+\s+(set\s+not\s+null|(set\s+data\s+)?type))\b/i;

const laterThan = (migrations: readonly ListedMigration[], last: string): readonly ListedMigration[] => {
  const at = migrations.findIndex(({ name }) => name === last);
  expect(at).toBeGreaterThanOrEqual(0);
  return migrations.slice(at + 1);
};
const classOf = (migration: ListedMigration) => ('class' in migration ? migration.class : migration);

test.each(Object.entries(DATABASES))(
  '%s: every migration says its phase, and what expands takes nothing away',
  (name, { migrations }) => {
    for (const migration of migrations) expect(['expand', 'contract']).toContain(classOf(migration).phase);
    for (const migration of laterThan(migrations, LAST_OF_0_2[name]!)) {
      const Class = classOf(migration);
      if (Class.phase === 'contract') continue;
      const instance = new Class(undefined as never, undefined as never);
      void instance.up();
      for (const sql of instance.getQueries())
        expect({ migration: migration.name, sql }).not.toMatchObject({
          sql: expect.stringMatching(TAKES_AWAY) as unknown,
        });
    }
  },
);
