import { MikroORM } from '@mikro-orm/postgresql';
import { systemClock } from '@signet/contracts';
import type { Logger } from '@signet/service-kit';
import { databaseOptions, migrate, pinoLogger, settingsFromEnvironment, StartRefusedError } from '@signet/service-kit';
import { settings } from '../config.ts';
import type { RegistrySettings } from '../config.ts';
import { registryDatabase } from '../database/database.ts';
import { PublishedStreams } from '../relay/published-streams.ts';
import { UntilPublished } from '../relay/until-published.ts';
import { Republication } from './snapshots-requested.ts';

/** So long a command waits for a running registry to publish what it asked for. */
const PATIENCE_MS = 60_000;

export interface CommandContext {
  readonly orm: MikroORM;
  readonly settings: RegistrySettings;
  readonly logger: Logger;
  readonly republication: Republication;
}

/**
 * A command on the registry's database, with the registry's settings, that has snapshots published by the registry that
 * runs beside it; without one they are published when the next one starts.
 */
export async function runCommand(name: string, work: (context: CommandContext) => Promise<void>): Promise<void> {
  const loaded = settingsFromEnvironment(settings);
  const logger = pinoLogger(name, loaded.SIGNET_LOG_LEVEL);
  const database = registryDatabase(loaded);
  const orm = await MikroORM.init(databaseOptions(database));
  try {
    await migrate(orm, database);
    const republication = new Republication(systemClock, name);
    await work({ orm, settings: loaded, logger, republication });
    if (republication.last === undefined) return;
    const em = orm.em.fork();
    const until = new UntilPublished({
      em,
      published: new PublishedStreams(),
      isRelaying: () => true,
      longestMs: PATIENCE_MS,
    });
    const isPublished = await until.published(republication.last);
    if (isPublished) logger.info('Kafka has it');
    else logger.warn('no registry has published it so far; it is published as soon as one runs');
  } catch (error) {
    if (!(error instanceof StartRefusedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } finally {
    await orm.close();
  }
}
