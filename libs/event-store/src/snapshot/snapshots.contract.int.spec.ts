import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeClock } from '@signet/testing';
import { evolveAll } from '../decider.ts';
import type { Decider } from '../decider.ts';
import type { StoredEvent } from '../event.ts';
import type { EventStore } from '../event-store.ts';
import { handle } from '../handle.ts';
import { handleBatch } from '../handle-batch.ts';
import type { AccountCommand, AccountEvent } from '../testing/account.decider.ts';
import { account, credit, credited, debit } from '../testing/account.decider.ts';
import { STORES } from '../testing/stores.ts';
import { SNAPSHOT_EVERY } from './fold-streams.ts';

type Account = Decider<{ balance: number }, AccountCommand, AccountEvent>;

const snapshots = {
  name: 'account',
  shape: 1,
  isOf: (streamId: string) => streamId.startsWith('account:'),
  revive: (json: unknown) => json as { balance: number },
};
const kept: Account = { ...account, snapshots };
/** Counts the events that are folded. */
function counting(decider: Account) {
  const folded: number[] = [];
  const evolve: Account['evolve'] = (state, event) => {
    folded.push((event as StoredEvent<AccountEvent>).version);
    return decider.evolve(state, event);
  };
  return { decider: { ...decider, evolve }, folded };
}

// One suite over the real store and its twin, because twins drift.
describe.each(STORES)('an event store $name with snapshots', ({ open }) => {
  const clock = fakeClock('2026-01-15T12:00:00.123Z');
  const by = { actor: 'ann' };
  let store: EventStore;
  let close: () => Promise<void>;
  beforeAll(async () => ({ store, close } = await open({ clock, folds: [kept] })));
  afterAll(() => close());

  let streams = 0;
  const newStream = (kind = 'account'): string => `${kind}:${++streams}`;
  /** Adds so many events to a stream, in appends of three, a second apart. */
  async function longStream(count: number, streamId = newStream()): Promise<string> {
    const { version } = await store.read(streamId);
    for (let added = 0; added < count; added += 3) {
      clock.advance(1000);
      const some = [1, 2, 3].slice(0, count - added).map((amount) => credited(amount));
      await store.append(streamId, some, { ...by, expectedVersion: version + added });
    }
    return streamId;
  }
  const folded = async (decider: Account, streamId: string, place: { until?: Date; upTo?: number } = {}) =>
    (await store.fold(decider, [{ streamId, ...place }])).get(streamId);

  test('reads the events since the last snapshot alone, and comes to the same state', async () => {
    const stream = await longStream(2.5 * SNAPSHOT_EVERY);
    const { decider, folded: read } = counting(kept);
    const { events } = await store.read<AccountEvent>(stream);
    const state = evolveAll(account, account.initialState(), events);
    expect(await folded(decider, stream)).toEqual({ state, version: events.length });
    expect(read).toEqual(Array.from({ length: SNAPSHOT_EVERY / 2 }, (_, index) => 2 * SNAPSHOT_EVERY + index + 1));
  });

  test('handles commands on a long stream with a bounded number of events', async () => {
    const stream = await longStream(3 * SNAPSHOT_EVERY - 1);
    for (let count = 0; count < 5; count++) {
      const { decider, folded: read } = counting(kept);
      await handle(store, decider, stream, debit(1), by);
      // One more: the event that was decided.
      expect(read.length).toBeLessThanOrEqual(SNAPSHOT_EVERY + 1);
      const batch = await handleBatch(store, decider, [{ streamId: stream, commands: [credit(1), debit(1)] }], by);
      const { events } = await store.read<AccountEvent>(stream);
      expect(batch.get(stream)).toMatchObject({
        state: evolveAll(account, account.initialState(), events),
        version: events.length,
      });
    }
  });

  test('shows any time and any version with a bounded number of events, also where a clock was slow', async () => {
    const stream = await longStream(2 * SNAPSHOT_EVERY + 20);
    const behind = new Date(clock().getTime() - 90_000);
    const now = clock();
    clock.set(behind);
    const { version } = (await folded(kept, stream))!;
    await store.append(stream, [credited(7)], { actor: 'a replica whose clock is slow', expectedVersion: version });
    clock.set(now);
    await longStream(SNAPSHOT_EVERY, stream);
    const { events } = await store.read<AccountEvent>(stream);
    for (let at = events[0]!.recordedAt.getTime() - 1; at <= clock().getTime() + 5000; at += 4999) {
      const until = new Date(at);
      const end = events.findIndex(({ recordedAt }) => recordedAt > until);
      const known = end === -1 ? events : events.slice(0, end);
      const { decider, folded: read } = counting(kept);
      expect(await folded(decider, stream, { until })).toEqual({
        state: evolveAll(account, account.initialState(), known),
        version: known.length,
      });
      expect(read.length).toBeLessThanOrEqual(SNAPSHOT_EVERY);
    }
    for (const upTo of [0, 1, SNAPSHOT_EVERY - 1, SNAPSHOT_EVERY, SNAPSHOT_EVERY + 1, events.length, 10_000]) {
      const { decider, folded: read } = counting(kept);
      const state = evolveAll(account, account.initialState(), events.slice(0, upTo));
      expect(await folded(decider, stream, { upTo })).toEqual({ state, version: Math.min(upTo, events.length) });
      expect(read.length).toBeLessThanOrEqual(SNAPSHOT_EVERY);
    }
  });

  test('passes over snapshots of another shape, and makes them anew', async () => {
    const stream = await longStream(2 * SNAPSHOT_EVERY + 5);
    const inCents: Account = {
      ...account,
      snapshots: { ...snapshots, shape: 2 },
      evolve: ({ balance }, { type, data }) => ({
        balance: balance + (type === 'AccountCredited' ? 100 : -100) * data.amount,
      }),
    };
    const { state } = (await folded(account, stream))!;
    for (const reads of [2 * SNAPSHOT_EVERY + 5, 5]) {
      const { decider, folded: read } = counting(inCents);
      expect((await folded(decider, stream))?.state).toEqual({ balance: 100 * state.balance });
      expect(new Set(read).size).toBe(reads);
    }
    // A replica of the version before still reads the stream, and comes to its own state.
    expect((await folded(kept, stream))?.state).toEqual(state);
  });

  test('keeps the snapshots that one great append passes', async () => {
    const stream = newStream();
    const amounts = Array.from({ length: 3 * SNAPSHOT_EVERY + 1 }, () => credited(1));
    await store.append(stream, amounts, { ...by, expectedVersion: 0 });
    const { decider, folded: read } = counting(kept);
    expect(await folded(decider, stream, { upTo: 2 * SNAPSHOT_EVERY + 1 })).toMatchObject({
      state: { balance: 2 * SNAPSHOT_EVERY + 1 },
    });
    expect(read).toEqual([2 * SNAPSHOT_EVERY + 1]);
  });

  test('keeps no snapshots of streams that are not of the fold, nor of a fold without snapshots', async () => {
    const other = await longStream(SNAPSHOT_EVERY + 1, newStream('savings'));
    for (const decider of [kept, account]) {
      for (let time = 0; time < 2; time++) {
        const { decider: counted, folded: read } = counting(decider);
        await folded(counted, other);
        expect(read).toHaveLength(SNAPSHOT_EVERY + 1);
      }
    }
  });
});
