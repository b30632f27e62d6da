import { advertisedBrokers } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { anyAnswers } from './any-answers.ts';

/** What answers the connection and then says nothing is no Kafka. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Asks Kafka once who its brokers are, and connects to one of them: a Kafka that names a host which is unknown here
 * (`advertised.listeners`) answers at first, and can be used for nothing.
 */
export async function pingBrokers(client: KafkaClientOptions): Promise<void> {
  const asked = client.brokers.join(', ');
  // kafkajs would wait in silence for a broker that does not answer.
  await anyAnswers(client.brokers);
  const advertised = await within(
    advertisedBrokers(client),
    `${asked} takes connections, but does not answer as Kafka`,
  );
  try {
    await anyAnswers(advertised);
  } catch (error) {
    const said = `Kafka at ${asked} says that its brokers are at ${advertised.join(', ')} (advertised.listeners)`;
    throw new AggregateError([new Error(said), error]);
  }
}

async function within<T>(work: Promise<T>, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, passed]);
  } finally {
    clearTimeout(timer);
  }
}
