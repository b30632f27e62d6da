import { describe, expect, test } from '@jest/globals';
import { specify } from './specify.ts';

class Broken extends Error {
  readonly code = 'already_open';
}

type DoorEvent = { type: 'DoorOpened'; by: string };
const door = specify({
  initialState: () => ({ open: false }),
  decide: (command: { open: string }, state): DoorEvent[] => {
    if (command.open === '') return [];
    if (state.open) throw new Broken('The door is open already.');
    return [{ type: 'DoorOpened', by: command.open }];
  },
  evolve: (_state, _event: DoorEvent) => ({ open: true }),
});
const opened: DoorEvent = { type: 'DoorOpened', by: 'Ann' };

describe('a specification', () => {
  test('accepts exactly the events that were decided', () => {
    door.given().when({ open: 'Ann' }).then(opened);
    expect(() => door.given().when({ open: 'Bob' }).then(opened)).toThrow();
    expect(() => door.given().when({ open: 'Ann' }).then()).toThrow();
  });

  test('accepts silence', () => {
    door.given(opened).when({ open: '' }).then();
  });

  test('shows the state after the events', () => {
    door
      .given()
      .when({ open: 'Ann' })
      .thenState((state) => expect(state).toEqual({ open: true }));
  });

  test('accepts a broken rule by its code only', () => {
    door.given(opened).when({ open: 'Bob' }).thenThrows('already_open');
    expect(() => door.given(opened).when({ open: 'Bob' }).thenThrows('locked')).toThrow();
    expect(() => door.given().when({ open: 'Bob' }).thenThrows('already_open')).toThrow();
  });
});
