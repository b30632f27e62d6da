import type { Admin } from 'kafkajs';
import { createKafka } from './client.ts';
import type { KafkaClientOptions } from './client.ts';

/** Does what needs an admin connection, and ends the connection. */
export async function withAdmin<T>(client: KafkaClientOptions, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = createKafka(client).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
