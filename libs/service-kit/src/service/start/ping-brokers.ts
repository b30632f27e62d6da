import { advertisedBrokers } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { anyAnswers } from '../fastify/any-answers.ts';

/** What answers the connection and then says nothing is no Kafka. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Asks Kafka once who its brokers are, and connects to one of them: a Kafka that names a host which is unknown here
 * (`advertised.listeners`) answers at first, and can be used for nothing.
 */
export async function pingBrokers(client: KafkaClientOptions): Promise<void> {
  const asked = client.brokers.join(', ');
  // kafkajs would wait in silence for a broker that does not answer.
  await anyAnswers(client.brokers, client.security?.tls);
  const answer = advertisedBrokers(client).catch((error: unknown) => {
    // kafkajs goes on to the brokers that were named, and fails there.
    const named = brokerOf(error);
    if (named === undefined || client.brokers.includes(named)) throw error;
    return [named];
  });
  const advertised = await within(answer, `${asked} takes connections, but does not answer as Kafka`);
  try {
    await anyAnswers(advertised, client.security?.tls);
  } catch (error) {
    const said = `Kafka at ${asked} says that its brokers are at ${advertised.join(', ')} (advertised.listeners)`;
    throw new AggregateError([new Error(said), error]);
  }
}

/** `host:port` of the broker that could not be connected to, where kafkajs' error says so. */
function brokerOf(error: unknown): string | undefined {
  const { broker, cause } = (error ?? {}) as { broker?: unknown; cause?: unknown };
  if (typeof broker === 'string') return broker;
  return cause === undefined ? undefined : brokerOf(cause);
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
