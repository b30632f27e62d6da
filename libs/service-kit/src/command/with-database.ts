import { MikroORM } from '@mikro-orm/postgresql';
import { databaseOptions } from '../database/database-options.ts';
import type { DatabaseOptions } from '../database/database-options.ts';
import { prepareSchema } from '../database/schema/prepare-schema.ts';
import type { WaitingLog } from '../service/start/until-reachable.ts';

/** Prepares the schema like a start of the service, does the work with the database, and closes it. @throws StartRefusedError like `prepareSchema` */
export async function withDatabase<T>(
  options: DatabaseOptions,
  logger: WaitingLog,
  work: (orm: MikroORM) => Promise<T>,
): Promise<T> {
  await prepareSchema(options, logger);
  const orm = await MikroORM.init(databaseOptions(options, 'long', 'command'));
  try {
    return await work(orm);
  } finally {
    await orm.close();
  }
}
