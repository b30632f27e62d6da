import { INSTALLATION_TOPICS } from '../registry/installation.ts';
import { TABLE_TOPICS, TOPICS } from './topics.ts';
import type { Party, SignetTopic } from './topics.ts';

/**
 * The topics that must be there before a service starts, and that it creates where they are missing: those that it sends to or
 * reads, except the tables of others. It asks for no other, because Kafka may let it see no other.
 */
export const topicsOf = (service: Party): readonly SignetTopic[] =>
  TOPICS.filter(
    (topic) => topic.sentBy.includes(service) || (topic.readBy.includes(service) && !TABLE_TOPICS.includes(topic)),
  );

/** The tables that a service waits for: another one creates and claims them. They say whose Kafka it is. */
export const tablesOf = (service: Party): readonly SignetTopic[] =>
  TABLE_TOPICS.filter(({ name, sentBy }) => INSTALLATION_TOPICS.includes(name) && !sentBy.includes(service));
