import { retry } from '@signet/async';
import { createKafka } from '../connection/client.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import type { KafkaAdmin } from '../prefix/prefixed-admin.ts';

/** Answers of a broker to a question about a partition that has no leader yet, or whose leader moves to another broker. */
export const LEADER_MOVES: readonly string[] = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'];
/** With these waits the work is tried for about five seconds. kafkajs tries again only for topics that it does not know. */
const WAITS = { firstMs: 50, longestMs: 1_000 };
const MOST_TRIES = 9;

/**
 * Opens an admin connection, does the work over it, and closes it. While the leader of a partition moves, the work is done again over
 * a new connection, since the former one may know the former leader.
 *
 * @param retries as for `createKafka`
 */
export async function withAdmin<T>(
  client: KafkaClientOptions,
  work: (admin: KafkaAdmin) => Promise<T>,
  retries?: number,
): Promise<T> {
  let done: { readonly value: T } | undefined;
  await retry(async () => (done = { value: await once(client, work, retries) }), {
    backoff: WAITS,
    onFailure: (error, { failures }) => {
      if (failures === MOST_TRIES || !LEADER_MOVES.includes((error as { type?: string } | null)?.type ?? ''))
        throw error;
    },
  });
  return done!.value;
}

async function once<T>(
  client: KafkaClientOptions,
  work: (admin: KafkaAdmin) => Promise<T>,
  retries?: number,
): Promise<T> {
  const admin = createKafka(client, retries).admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
