import type { KafkaClientOptions } from '@signet/kafka';
import type { DatabaseAddress } from '../database/database-address.ts';
import { reachableDatabase, reachableKafka } from '../service/start/preflight.ts';
import type { WaitingLog } from '../service/start/until-reachable.ts';

/** The servers that a command uses. */
export interface CommandServers {
  readonly database?: DatabaseAddress | undefined;
  readonly kafka?: KafkaClientOptions | undefined;
}

/** Short, since a person waits for the answer, but long enough for a coordinator that moves to another broker. Milliseconds. */
const PATIENCE_MS = 5_000;

/** Resolves when the servers of a command let it in. @throws StartRefusedError with a sentence that names the setting */
export async function reachableServers({ database, kafka }: CommandServers, logger: WaitingLog): Promise<void> {
  const patience = { logger, longestMs: PATIENCE_MS };
  if (database) await reachableDatabase(database, patience);
  if (kafka) await reachableKafka(kafka, patience);
}
