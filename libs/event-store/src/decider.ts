import type { EventLike } from './event.ts';
import type { SnapshotForm } from './snapshot/fold.ts';

/**
 * An aggregate as pure functions; the shape is emmett's. Time, ids and randomness come in the command.
 * `decide` throws if a rule is broken, and returns no events if there is nothing to do.
 */
export interface Decider<State, Command, Event extends EventLike> {
  readonly initialState: () => State;
  decide(command: Command, state: State): Event[];
  evolve(state: State, event: Event): State;
  /** For an aggregate whose stream may become long. The state must survive JSON, except for values that `revive` restores. */
  readonly snapshots?: SnapshotForm<State> | undefined;
}

/** The state that `events` lead to from `state`. */
export const evolveAll = <State, Command, Event extends EventLike>(
  decider: Decider<State, Command, Event>,
  state: State,
  events: readonly Event[],
): State => events.reduce((current, event) => decider.evolve(current, event), state);
