import type { KafkaClientOptions } from '@signet/kafka';
import type { DatabaseAddress } from '../database/database-address.ts';
import { reachableDatabase, reachableKafka } from '../service/preflight.ts';
import { StartRefusedError } from '../service/start-refused.error.ts';
import type { WaitingLog } from '../service/until-reachable.ts';

/** The servers that a command uses. */
export interface CommandServers {
  readonly database?: DatabaseAddress | undefined;
  readonly kafka?: KafkaClientOptions | undefined;
}

/** A person waits for the answer: long enough for a broker that moves, milliseconds. */
const PATIENCE_MS = 5_000;

/** Resolves when the servers of a command let it in. @throws StartRefusedError with a sentence that names the setting */
export async function reachableServers({ database, kafka }: CommandServers, logger: WaitingLog): Promise<void> {
  const patience = { logger, longestMs: PATIENCE_MS };
  if (database) await reachableDatabase(database, patience);
  if (kafka) await reachableKafka(kafka, patience);
}

/**
 * Does the work of a command once its servers let it in. A server that refuses the settings, or that does not answer within five
 * seconds, is one sentence on stderr that names the setting, and exit code 78 or 69 as for a service; so is a StartRefusedError of the
 * work. Any other error is thrown: it is a fault of ours, and its stack says where.
 *
 * @param logger is told what is waited for
 */
export async function runCommand(
  servers: CommandServers,
  logger: WaitingLog,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await reachableServers(servers, logger);
    await work();
  } catch (error) {
    if (!(error instanceof StartRefusedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
