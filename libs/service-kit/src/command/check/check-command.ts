import type { Client } from 'pg';
import type { TopicDefinition } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import type { DatabaseOptions } from '../../database/database-options.ts';
import type { Logger } from '../../logging/logger.ts';
import type { CommandReport } from '../admin-command.ts';
import { EXIT_FAILED } from '../admin-command.ts';
import { reachableServers } from '../run-command.ts';
import { checkDatabase } from './check-database.ts';
import { checkKafka } from './check-kafka.ts';
import type { Checked } from './checked.ts';
import { checked } from './checked.ts';

export interface ServiceToCheck {
  readonly name: string;
  readonly installation: string;
  readonly kafka: KafkaClientOptions;
  readonly topics: readonly TopicDefinition[];
  readonly database?: DatabaseOptions;
  readonly checkDatabase?: (client: Client) => Promise<void>;
}

/** `check` of one service: looks at everything that its start needs, and at more, and changes nothing. Exit code 1 where it found a fault. */
export async function checkCommand(service: ServiceToCheck, logger: Logger): Promise<CommandReport> {
  const { name, database, kafka, ...rest } = service;
  const checks: readonly Checked[] = [
    ...(await checked('postgresql', async () => {
      if (database === undefined) return [];
      await reachableServers({ database }, logger);
      return checkDatabase({ database, ...rest });
    })),
    ...(await checked('kafka', async () => {
      await reachableServers({ kafka }, logger);
      return checkKafka({ kafka, ...rest });
    })),
  ];
  return {
    lines: checks.map(({ result, told }) => `${result.padEnd(7)}  ${name}: ${told}`),
    data: { checks },
    exitCode: checks.some(({ result }) => result === 'fault') ? EXIT_FAILED : 0,
  };
}
