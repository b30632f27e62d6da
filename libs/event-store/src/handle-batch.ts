import type { Decider } from './decider.ts';
import { evolveAll } from './decider.ts';
import type { EventLike } from './event.ts';
import type { EventStore, StreamAppend } from './event-store.ts';
import type { Handled, HandleOptions } from './handle.ts';
import { retryConflicts } from './retry-conflicts.ts';

export interface BatchEntry<Command> {
  readonly streamId: string;
  /** Decided one after the other, each on the state after the commands before it. */
  readonly commands: readonly Command[];
}

/**
 * Hundreds of streams at once: loads them all together, decides, and appends to all of them in one transaction with
 * one INSERT, all or nothing. A conflict on one stream decides the whole batch again. Entries of the same stream are
 * taken together, in their order.
 *
 * @returns the new state, version and events of each stream, by id
 * @throws any error of `decide`; then nothing was appended
 * @throws VersionConflictError after `retries` conflicts
 */
export async function handleBatch<State, Command, Event extends EventLike>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  entries: readonly BatchEntry<Command>[],
  options: Omit<HandleOptions, 'expectedVersion'>,
): Promise<Map<string, Handled<State, Event>>> {
  const { actor, retries = 10, random = Math.random } = options;
  const commandsOf = new Map<string, Command[]>();
  for (const { streamId, commands } of entries) {
    const all = commandsOf.get(streamId) ?? [];
    all.push(...commands);
    commandsOf.set(streamId, all);
  }
  const attempt = async (): Promise<Map<string, Handled<State, Event>>> => {
    const streams = await store.fold(
      decider,
      [...commandsOf.keys()].map((streamId) => ({ streamId })),
    );
    const states = new Map<string, State>();
    const appends: StreamAppend<Event>[] = [];
    for (const [streamId, { state: before, version }] of streams) {
      const { state, events } = decideAll(decider, before, commandsOf.get(streamId) ?? []);
      states.set(streamId, state);
      appends.push({ streamId, expectedVersion: version, events });
    }
    const appended = await store.appendMany(appends, { actor });
    return new Map([...appended].map(([streamId, result]) => [streamId, { state: states.get(streamId)!, ...result }]));
  };
  return retryConflicts(attempt, { retries, random });
}

function decideAll<State, Command, Event extends EventLike>(
  decider: Decider<State, Command, Event>,
  before: State,
  commands: readonly Command[],
): { state: State; events: Event[] } {
  let state = before;
  const events: Event[] = [];
  for (const command of commands) {
    const decided = decider.decide(command, state);
    state = evolveAll(decider, state, decided);
    events.push(...decided);
  }
  return { state, events };
}
