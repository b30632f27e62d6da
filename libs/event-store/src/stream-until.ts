import type { EventLike, StoredEvent, Stream } from './event.ts';

/**
 * The stream as it stood at a time. It ends before the first event that was recorded later: clocks of replicas differ,
 * and an event without the one before it would be a state that never was.
 */
export function streamUntil<Event extends EventLike>(
  events: StoredEvent<Event>[],
  until: Date | undefined,
): Stream<Event> {
  const end = until === undefined ? -1 : events.findIndex(({ recordedAt }) => recordedAt > until);
  const known = end === -1 ? events : events.slice(0, end);
  return { events: known, version: known.at(-1)?.version ?? 0 };
}
