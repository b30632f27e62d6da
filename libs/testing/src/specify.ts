import assert from 'node:assert/strict';

/** The shape of a decider (as in emmett). */
export interface SpecifiableDecider<State, Command, Event> {
  readonly initialState: () => State;
  decide(command: Command, state: State): Event | readonly Event[];
  evolve(state: State, event: Event): State;
}

export interface Specification<State, Command, Event> {
  given(...events: Event[]): { when(command: Command): Outcome<State, Event> };
}

export interface Outcome<State, Event> {
  /** Exactly these events, in this order; none given: nothing happens. */
  then(...expected: Event[]): void;
  /** The state after the events that were decided. */
  thenState(check: (state: State) => void): void;
  /** A broken rule, by the `code` of the error. */
  thenThrows(code: string): void;
}

/**
 * A decider's specification in the words given, when, then:
 * `specify(webhook).given(registered).when(disable).then(disabled)`.
 */
export function specify<State, Command, Event>(
  decider: SpecifiableDecider<State, Command, Event>,
): Specification<State, Command, Event> {
  const evolve = (state: State, events: readonly Event[]): State =>
    events.reduce((current, event) => decider.evolve(current, event), state);
  return {
    given: (...events) => ({
      when: (command) => {
        const before = evolve(decider.initialState(), events);
        const decide = (): readonly Event[] => [decider.decide(command, before)].flat() as Event[];
        return {
          then: (...expected) => assert.deepStrictEqual(decide(), expected),
          thenState: (check) => check(evolve(before, decide())),
          thenThrows: (code) => assert.throws(decide, (error) => (assert.equal(codeOf(error), code), true)),
        };
      },
    }),
  };
}

/** An error without a code is shown itself, since it is not the broken rule that the test speaks of. */
const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : `no code, but: ${String(error)}`;
