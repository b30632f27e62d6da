import type { MikroORM } from '@mikro-orm/postgresql';
import { systemClock } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { kafkaClient, pinoLogger, runCommand, settingsFromEnvironment, withDatabase } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
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
  readonly kafka: KafkaClientOptions;
  readonly settings: RegistrySettings;
  readonly logger: Logger;
  readonly republication: Republication;
}

export interface RegistryCommand {
  /** In logs, and as Kafka's client id. */
  readonly name: string;
  /** Whether it asks Kafka itself, which must be there then. */
  readonly usesKafka: boolean;
}

/**
 * A command on the registry's database, with the registry's settings, that has snapshots published by the registry that
 * runs beside it; without one they are published when the next one starts.
 */
export async function registryCommand(
  { name, usesKafka }: RegistryCommand,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const loaded = settingsFromEnvironment(settings);
  const logger = pinoLogger(name, loaded.SIGNET_LOG_LEVEL);
  const database = registryDatabase(loaded);
  const kafka = kafkaClient(loaded, name, logger);
  await runCommand({ database, kafka: usesKafka ? kafka : undefined }, logger, () =>
    withDatabase(database, logger, async (orm) => {
      const republication = new Republication(systemClock, name);
      await work({ orm, kafka, settings: loaded, logger, republication });
      if (republication.last !== undefined) await tellWhenPublished(orm, republication.last, logger);
    }),
  );
}

async function tellWhenPublished(orm: MikroORM, last: Republished, logger: Logger): Promise<void> {
  const until = new UntilPublished({
    em: orm.em.fork(),
    published: new PublishedStreams(),
    isRelaying: () => true,
    longestMs: PATIENCE_MS,
  });
  if (await until.published(last)) logger.info('Kafka has it');
  else logger.warn('no registry has published it so far; it is published as soon as one runs');
}

type Republished = NonNullable<Republication['last']>;
