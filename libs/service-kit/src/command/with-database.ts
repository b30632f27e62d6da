import { MikroORM } from '@mikro-orm/postgresql';
import { databaseOptions } from '../database/database-options.ts';
import type { DatabaseOptions } from '../database/database-options.ts';
import { migrate } from '../database/migrate.ts';

/** Brings the database up to date, does what needs it, and closes it. @throws StartRefusedError when it is another installation's */
export async function withDatabase<T>(options: DatabaseOptions, work: (orm: MikroORM) => Promise<T>): Promise<T> {
  const orm = await MikroORM.init(databaseOptions(options, 'long'));
  try {
    await migrate(orm, options);
    return await work(orm);
  } finally {
    await orm.close();
  }
}
