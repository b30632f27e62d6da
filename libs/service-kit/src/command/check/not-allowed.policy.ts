import type { KafkaClientOptions } from '@signet/kafka';
import { KafkaNames } from '@signet/kafka';
import { hasNoCoordinator, notAllowedOn, reasonOf } from '../../service/start/unreachable.policy.ts';

const WHERE = 'docs/guides/connecting.md has the ACLs';

/**
 * A sentence about the right that is missing when Kafka does not allow us to read whole topics. Kafka's error says whether a group or a
 * topic is meant, but not which one. The brokers must have answered a moment ago. undefined: the error has another cause.
 */
export function notAllowedSentence(
  error: unknown,
  client: KafkaClientOptions,
  topics: readonly string[],
): string | undefined {
  const on = notAllowedOn(error) ?? (hasNoCoordinator(error) ? 'GROUP' : undefined);
  if (on === undefined) return undefined;
  const names = new KafkaNames(client.prefix);
  const user = userOf(client);
  // Each reading of a whole topic uses a group of its own, whose name begins with the client's id, and removes it.
  if (on === 'GROUP') return `${user} needs READ and DELETE on the groups ${names.group(client.clientId)}*: ${WHERE}.`;
  if (on === 'TOPIC')
    return `${user} needs READ on each of the topics ${topics.map((name) => names.topic(name)).join(', ')}: ${WHERE}.`;
  return `${user} is not allowed what the check needs: ${reasonOf(error)}; ${WHERE}.`;
}

/** The Kafka user, as the subject of a sentence. */
export function userOf({ security }: KafkaClientOptions): string {
  if (security?.sasl) return `The user "${security.sasl.username}" of Kafka`;
  return security?.tls?.cert === undefined ? 'The user of Kafka' : 'The user of Kafka whom SIGNET_KAFKA_CERT names';
}
