import { withTimeout } from '@signet/async';
import { advertisedBrokers } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { anyAnswers } from '../fastify/any-answers.ts';

/** A server that takes the connection but does not answer within this time is no Kafka. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Asks Kafka once for its brokers, and connects to one of them. If Kafka names a host that is unknown here
 * (`advertised.listeners`), it answers this question, but cannot be used.
 */
export async function pingBrokers(client: KafkaClientOptions): Promise<void> {
  const asked = client.brokers.join(', ');
  // First, since kafkajs would wait without an error for a broker that does not answer.
  await anyAnswers(client.brokers, client.security?.tls);
  const answer = advertisedBrokers(client).catch((error: unknown) => {
    // kafkajs then connects to the brokers that Kafka has named. If it fails there, its error has the name.
    const named = brokerOf(error);
    if (named === undefined || client.brokers.includes(named)) throw error;
    return [named];
  });
  const late = (): Error => new Error(`${asked} takes connections, but does not answer as Kafka`);
  const advertised = await withTimeout(answer, ANSWER_TIMEOUT_MS, late);
  try {
    await anyAnswers(advertised, client.security?.tls);
  } catch (error) {
    const said = `Kafka at ${asked} says that its brokers are at ${advertised.join(', ')} (advertised.listeners)`;
    throw new AggregateError([new Error(said), error]);
  }
}

/** `host:port` of the broker to which kafkajs could not connect, if its error has it. */
function brokerOf(error: unknown): string | undefined {
  const { broker, cause } = (error ?? {}) as { broker?: unknown; cause?: unknown };
  if (typeof broker === 'string') return broker;
  return cause === undefined ? undefined : brokerOf(cause);
}
