import { INSTALLATION_TOPICS } from '../registry/installation.ts';
import { TABLE_TOPICS, TOPICS } from './topics.ts';
import type { Party, SignetTopic } from './topics.ts';

/**
 * The topics that must exist before a service starts, and that it creates if they are missing: those that it sends to or reads,
 * except the tables of other services. It does not ask for other topics, since Kafka may not let it see them.
 */
export const topicsOf = (service: Party): readonly SignetTopic[] =>
  TOPICS.filter(
    (topic) => topic.sentBy.includes(service) || (topic.readBy.includes(service) && !TABLE_TOPICS.includes(topic)),
  );

/** The tables for which a service waits: another service creates and claims them. They show to which installation the Kafka belongs. */
export const tablesOf = (service: Party): readonly SignetTopic[] =>
  TABLE_TOPICS.filter(({ name, sentBy }) => INSTALLATION_TOPICS.includes(name) && !sentBy.includes(service));
