import { INSTALLATION_TOPICS } from './installation.ts';
import { TOPICS } from './topics.ts';
import type { Party, SignetTopic } from './topics.ts';

/**
 * The topics that must be there before a service starts: those that it sends to or reads, and those that say whose Kafka it is. It
 * asks for no other, because Kafka may let it see no other.
 */
export const topicsOf = (service: Party): readonly SignetTopic[] =>
  TOPICS.filter(
    ({ name, sentBy, readBy }) =>
      sentBy.includes(service) || readBy.includes(service) || INSTALLATION_TOPICS.includes(name),
  );
