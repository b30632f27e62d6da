import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { EventStoreMigration, StreamSnapshotsMigration } from '../postgres/migration.ts';
import { Balance, BALANCES_TABLE } from './balances.projection.ts';

/** MikroORM on an empty database, migrated as an application does it. */
export async function openOrm(url: string): Promise<MikroORM> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [Balance],
    extensions: [Migrator],
    migrations: {
      migrationsList: [
        { name: '1-event-store', class: EventStoreMigration },
        { name: '2-stream-snapshots', class: StreamSnapshotsMigration },
      ],
      snapshot: false,
      silent: true,
    },
    pool: { max: 10 },
  });
  await orm.migrator.up();
  await orm.em.execute(BALANCES_TABLE);
  return orm;
}
