import type { MikroORM } from '@mikro-orm/postgresql';
import { systemClock } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { kafkaClient, loadSettings, reachableServers, withDatabase } from '@signet/service-kit';
import type { AdminCommand, CommandReport, Logger } from '@signet/service-kit';
import { settings as definitions } from '../config.ts';
import type { RegistrySettings } from '../config.ts';
import { registryDatabase } from '../database/database.ts';
import { PublishedStreams } from '../relay/published-streams.ts';
import { UntilPublished } from '../relay/until-published.ts';
import { Republication } from '../republish/snapshots-requested.ts';

/** How long a command waits for a running registry to publish the snapshots that the command requested. */
const PATIENCE_MS = 60_000;

export interface CommandContext {
  readonly orm: MikroORM;
  readonly kafka: KafkaClientOptions;
  readonly settings: RegistrySettings;
  readonly republication: Republication;
  readonly args: readonly string[];
}

export interface RegistryCommand {
  /** The client id on Kafka, and the actor of the events that the command appends. */
  readonly name: string;
  /** Whether the command itself uses Kafka, which must be reachable then. */
  readonly usesKafka: boolean;
}

/**
 * A command that works on the registry's database with the registry's settings. The registry that runs beside it
 * publishes the snapshots that the command requests; if no registry runs, they are published when the next one
 * starts.
 */
export const registryCommand =
  ({ name, usesKafka }: RegistryCommand, work: (context: CommandContext) => Promise<CommandReport>): AdminCommand =>
  async (args, logger) => {
    const settings = loadSettings(definitions, process.env);
    const database = registryDatabase(settings);
    const kafka = kafkaClient(settings, name, logger);
    await reachableServers({ database, kafka: usesKafka ? kafka : undefined }, logger);
    return withDatabase(database, logger, async (orm) => {
      const republication = new Republication(systemClock, name);
      const report = await work({ orm, kafka, settings, republication, args });
      return republication.last === undefined ? report : withPublication(report, orm, republication.last, logger);
    });
  };

/** Waits until Kafka has the requested snapshots, and reports it. */
async function withPublication(
  { lines, data, ...report }: CommandReport,
  orm: MikroORM,
  last: NonNullable<Republication['last']>,
  logger: Logger,
): Promise<CommandReport> {
  const until = new UntilPublished({
    em: orm.em.fork(),
    published: new PublishedStreams(),
    isRelaying: () => true,
    longestMs: PATIENCE_MS,
  });
  logger.info('waiting for a registry to publish it');
  const isPublished = await until.published(last);
  const told = isPublished
    ? 'Kafka has it.'
    : 'No registry has published it so far; it is published as soon as one runs.';
  return { ...report, lines: [...lines, told], data: { ...data, isPublished } };
}
