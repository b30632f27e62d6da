import { createKafka } from '../connection/client.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import type { KafkaAdmin } from '../prefix/prefixed-admin.ts';

/** Opens an admin connection, does the work over it, and closes it. @param retries as for `createKafka` */
export async function withAdmin<T>(
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
