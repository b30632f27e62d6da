import type { Decider } from './decider.ts';
import { evolveAll } from './decider.ts';
import type { EventLike, StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { VersionConflictError } from './version-conflict.error.ts';

export interface HandleOptions {
  readonly actor: string;
  /** The version that the caller has seen (If-Match). With it a conflict is not retried, but thrown to the caller at once. */
  readonly expectedVersion?: number | undefined;
  /** How often it decides again after a conflict; default 10. */
  readonly retries?: number | undefined;
  /** From 0 up to 1; default Math.random. */
  readonly random?: (() => number) | undefined;
}

export interface Handled<State, Event extends EventLike> {
  /** The state after the events. */
  readonly state: State;
  /** The events that were decided and appended; empty if there was nothing to do. */
  readonly events: StoredEvent<Event>[];
  readonly version: number;
}

/**
 * Loads a stream, decides, appends. When another writer appends in between, it loads and decides again, on the newer
 * state. If `decide` returns no events, nothing is appended.
 *
 * Work that must be in the same transaction: call it within `em.transactional(...)`, which a PostgresEventStore joins.
 *
 * @throws VersionConflictError if the stream is not at `expectedVersion`, or after `retries` conflicts
 * @throws the error of `decide` if a rule is broken
 */
export async function handle<State, Command, Event extends EventLike>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  streamId: string,
  command: Command,
  options: HandleOptions,
): Promise<Handled<State, Event>> {
  const { actor, expectedVersion, retries = 10, random = Math.random } = options;
  const attempt = async (): Promise<Handled<State, Event>> => {
    const past = (await store.fold(decider, [{ streamId }])).get(streamId)!;
    if (expectedVersion !== undefined && expectedVersion !== past.version) {
      throw new VersionConflictError(streamId, expectedVersion, past.version);
    }
    const decided = decider.decide(command, past.state);
    if (decided.length === 0) return { state: past.state, events: [], version: past.version };
    const { events, version } = await store.append(streamId, decided, { expectedVersion: past.version, actor });
    return { state: evolveAll(decider, past.state, events), events, version };
  };
  return retryConflicts(attempt, { retries: expectedVersion === undefined ? retries : 0, random });
}
