import type { Client } from 'pg';
import { tablesOf, topicsOf } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import type { DatabaseOptions } from '../../database/database-options.ts';
import { withClient } from '../../database/connect.ts';
import { kafkaClient } from '../../kafka/kafka-client.ts';
import type { KafkaConnection } from '../../kafka/kafka-client.ts';
import type { Logger } from '../../logging/logger.ts';
import type { CommandReport } from '../admin-command.ts';
import { EXIT_FAILED } from '../admin-command.ts';
import { reachableServers } from '../run-command.ts';
import { checkDatabase } from './check-database.ts';
import { checkKafka } from './check-kafka.ts';
import type { Checked } from './checked.ts';
import { checked } from './checked.ts';

export interface ServiceToCheck {
  readonly name: 'registry' | 'ingestion' | 'delivery';
  readonly settings: KafkaConnection & { readonly SIGNET_INSTALLATION: string };
  readonly database?: DatabaseOptions;
  readonly checkDatabase?: (client: Client) => Promise<void>;
  /** Further checks, made after PostgreSQL and Kafka have let us in. They throw Kafka's error if a right is missing. */
  readonly more?: (client: Client, kafka: KafkaClientOptions) => Promise<readonly Checked[]>;
}

/** `check` of one service: checks everything that its start needs, and more, and changes nothing. Exit code 1 if it found a fault. */
export async function checkCommand(service: ServiceToCheck, logger: Logger): Promise<CommandReport> {
  const { name, settings, database, checkDatabase: checkMore, more } = service;
  const installation = settings.SIGNET_INSTALLATION;
  const kafka = kafkaClient(settings, `${name}.check`, logger);
  const checks: readonly Checked[] = [
    ...(await checked('postgresql', async () => {
      if (database === undefined) return [];
      await reachableServers({ database }, logger);
      return checkDatabase({ database, installation, checkDatabase: checkMore });
    })),
    ...(await checked('kafka', async () => {
      await reachableServers({ kafka }, logger);
      return [
        ...(await checkKafka({ kafka, installation, topics: [...topicsOf(name), ...tablesOf(name)] })),
        ...(more && database ? await withClient(database, (client) => more(client, kafka)) : []),
      ];
    })),
  ];
  return {
    lines: checks.map(({ result, told }) => `${result.padEnd(7)}  ${name}: ${told}`),
    data: { checks },
    exitCode: checks.some(({ result }) => result === 'fault') ? EXIT_FAILED : 0,
  };
}
