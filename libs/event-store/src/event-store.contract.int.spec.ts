import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeClock } from '@signet/testing';
import type { EventStore } from './event-store.ts';
import { handle } from './handle.ts';
import { handleBatch } from './handle-batch.ts';
import type { AccountEvent } from './testing/account.decider.ts';
import { account, credit, credited, debit } from './testing/account.decider.ts';
import { STORES } from './testing/stores.ts';
import { VersionConflictError } from './version-conflict.error.ts';

// One suite over the real store and its twin, because twins drift.
describe.each(STORES)('an event store $name', ({ open }) => {
  const clock = fakeClock('2026-01-15T12:00:00.123Z');
  let store: EventStore;
  let close: () => Promise<void>;
  beforeAll(async () => ({ store, close } = await open({ clock })));
  afterAll(() => close());

  let streams = 0;
  const newStream = (): string => `account:${++streams}`;
  const by = { actor: 'ann' };

  test('gives a page of a stream, the latest first', async () => {
    const stream = newStream();
    const amounts = [1, 2, 3, 4, 5];
    await store.append(stream, amounts.map(credited), { ...by, expectedVersion: 0 });
    const { events } = await store.read<AccountEvent>(stream);
    expect(await store.readPage(stream, { limit: 2 })).toEqual([events[4], events[3]]);
    expect(await store.readPage(stream, { limit: 2, before: 4 })).toEqual([events[2], events[1]]);
    expect(await store.readPage(stream, { limit: 9, before: 2 })).toEqual([events[0]]);
    expect(await store.readPage(stream, { limit: 9, before: 1 })).toEqual([]);
    expect(await store.readPage(stream, { limit: 9, before: Number.MAX_SAFE_INTEGER })).toHaveLength(5);
    expect(await store.readPage(newStream(), { limit: 9 })).toEqual([]);
  });

  test('gives back what was appended, with its place, its actor and its time', async () => {
    const stream = newStream();
    const first = await store.append(stream, [credited(1), credited(2)], { ...by, expectedVersion: 0 });
    expect(first.version).toBe(2);
    const second = await store.append(stream, [credited(3)], { actor: 'bob', expectedVersion: 2 });
    const { events, version } = await store.read<AccountEvent>(stream);
    expect(version).toBe(3);
    expect(events).toEqual([...first.events, ...second.events]);
    expect(events.map((event) => [event.data.amount, event.version, event.actor])).toEqual([
      [1, 1, 'ann'],
      [2, 2, 'ann'],
      [3, 3, 'bob'],
    ]);
    expect(events[0]).toMatchObject({ streamId: stream, type: 'AccountCredited', recordedAt: clock() });
    const positions = events.map(({ position }) => Number(position));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test('has no events of a stream that does not exist', async () => {
    expect(await store.read(newStream())).toEqual({ events: [], version: 0 });
  });

  test('keeps JSON only, and says so at once', async () => {
    type Odd = { type: 'Odd'; data: { at: Date; none?: undefined; quotes: string } };
    const odd: Odd = { type: 'Odd', data: { at: clock(), none: undefined, quotes: `{"a\\",'b'}, null ü €` } };
    const stream = newStream();
    const { events } = await store.append(stream, [odd], { ...by, expectedVersion: 0 });
    expect(events[0]?.data).toStrictEqual({ at: clock().toISOString(), quotes: odd.data.quotes });
    expect((await store.read(stream)).events).toStrictEqual(events);
  });

  test.each([
    { knows: 0, has: 1 },
    { knows: 3, has: 1 },
    { knows: 1, has: 0 },
  ])('refuses a writer who knows version $knows of a stream at $has', async ({ knows, has }) => {
    const stream = newStream();
    if (has > 0) await store.append(stream, [credited(1)], { ...by, expectedVersion: 0 });
    const appending = store.append(stream, [credited(2), credited(3)], { ...by, expectedVersion: knows });
    await expect(appending).rejects.toMatchObject({
      name: 'VersionConflictError',
      code: 'version_conflict',
      streamId: stream,
      expectedVersion: knows,
      actualVersion: has,
    });
    expect((await store.read(stream)).version).toBe(has);
  });

  test('lets only one of two writers succeed that append at the same time', async () => {
    const stream = newStream();
    const append = () => store.append(stream, [credited(1), credited(1)], { ...by, expectedVersion: 0 });
    const results = await Promise.allSettled([append(), append()]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await store.read(stream)).version).toBe(2);
  });

  test('appends to several streams or to none', async () => {
    const [one, two] = [newStream(), newStream()];
    await store.append(two, [credited(1)], { ...by, expectedVersion: 0 });
    const to = (streamId: string, expectedVersion: number) => ({ streamId, expectedVersion, events: [credited(5)] });
    const refused = store.appendMany([to(one, 0), to(two, 0)], by);
    await expect(refused).rejects.toMatchObject({ streamId: two, actualVersion: 1 });
    expect((await store.read(one)).version).toBe(0);
    const appended = await store.appendMany([to(two, 1), to(one, 0), { ...to('none', 0), events: [] }], by);
    expect([...appended].map(([streamId, { version }]) => [streamId, version])).toEqual([
      [two, 2],
      [one, 1],
      ['none', 0],
    ]);
    const read = await store.readSlices<AccountEvent>([one, two, 'none'].map((streamId) => ({ streamId, after: 0 })));
    expect(read.get(one)).toEqual(appended.get(one)?.events);
    expect([...read.values()].map(({ length }) => length)).toEqual([1, 2, 0]);
  });

  test('gives parts of streams', async () => {
    const [one, two] = [newStream(), newStream()];
    const versionsOf = async (after: number, upTo?: number) => {
      const slices = [one, two].map((streamId) => ({ streamId, after, upTo }));
      return [...(await store.readSlices(slices)).values()].map((events) => events.map(({ version }) => version));
    };
    await store.append(one, [1, 2, 3, 4, 5].map(credited), { ...by, expectedVersion: 0 });
    await store.append(two, [1, 2].map(credited), { ...by, expectedVersion: 0 });
    expect(await versionsOf(1, 3)).toEqual([[2, 3], [2]]);
    expect(await versionsOf(3)).toEqual([[4, 5], []]);
    expect(await versionsOf(4, 2)).toEqual([[], []]);
  });

  test('shows how a stream stood at a time', async () => {
    const stream = newStream();
    const times: Date[] = [];
    for (const version of [0, 1, 2]) {
      clock.advance(1000);
      times.push(clock());
      await store.append(stream, [credited(1)], { ...by, expectedVersion: version });
    }
    const [first, second] = times as [Date, Date, Date];
    const at = async (until: Date) => (await store.fold(account, [{ streamId: stream, until }])).get(stream);
    expect(await at(new Date(first.getTime() - 1))).toEqual({ state: { balance: 0 }, version: 0 });
    expect(await at(second)).toEqual({ state: { balance: 2 }, version: 2 });
    clock.set(first);
    await store.append(stream, [credited(9)], { actor: 'a replica whose clock is slow', expectedVersion: 3 });
    expect(await at(first)).toEqual({ state: { balance: 1 }, version: 1 });
  });

  test('handles a command: loads, decides, appends', async () => {
    const stream = newStream();
    await handle(store, account, stream, credit(10), by);
    const handled = await handle(store, account, stream, debit(4), by);
    expect(handled).toMatchObject({ state: { balance: 6 }, version: 2 });
    expect(handled.events).toMatchObject([{ type: 'AccountDebited', version: 2 }]);
    await expect(handle(store, account, stream, debit(7), by)).rejects.toMatchObject({ code: 'overdrawn' });
    expect((await store.read(stream)).version).toBe(2);
  });

  test('appends nothing where nothing is decided', async () => {
    const stream = newStream();
    await handle(store, account, stream, credit(10), by);
    expect(await handle(store, account, stream, credit(0), by)).toEqual({
      state: { balance: 10 },
      events: [],
      version: 1,
    });
  });

  test('lets fifty writers of one stream all succeed', async () => {
    const stream = newStream();
    // Each writer loses to each of the others at most once.
    const patient = { ...by, retries: 49 };
    const writers = Array.from({ length: 50 }, () => handle(store, account, stream, credit(1), patient));
    const versions = (await Promise.all(writers)).map(({ version }) => version);
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect((await handle(store, account, stream, credit(0), by)).state).toEqual({ balance: 50 });
  });

  test('refuses a caller that has seen an older version, and does not decide', async () => {
    const stream = newStream();
    await handle(store, account, stream, credit(10), by);
    const stale = handle(store, account, stream, debit(99), { ...by, expectedVersion: 0 });
    await expect(stale).rejects.toBeInstanceOf(VersionConflictError);
    const both = [1, 2].map((amount) => handle(store, account, stream, credit(amount), { ...by, expectedVersion: 1 }));
    const results = await Promise.allSettled(both);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('handles commands of hundreds of streams at once, while others write to them', async () => {
    const ids = Array.from({ length: 200 }, newStream);
    const entries = ids.map((streamId) => ({ streamId, commands: [credit(5), credit(0), debit(2)] }));
    const [batch] = await Promise.all([
      handleBatch(store, account, [...entries, { streamId: ids[0]!, commands: [credit(7)] }], by),
      ...ids.slice(0, 5).map((streamId) => handle(store, account, streamId, credit(100), by)),
      handleBatch(store, account, entries.toReversed(), by),
    ]);
    expect(batch.size).toBe(200);
    expect(batch.get(ids[199]!)).toMatchObject({ events: [{ type: 'AccountCredited' }, { type: 'AccountDebited' }] });
    const read = await store.readSlices<AccountEvent>(ids.map((streamId) => ({ streamId, after: 0 })));
    expect([...read.values()].map(({ length }) => length)).toEqual(
      ids.map((_, index) => 4 + (index < 5 ? 1 : 0) + (index === 0 ? 1 : 0)),
    );
  });

  test('appends nothing of a batch in which a rule is broken', async () => {
    const [good, bad] = [newStream(), newStream()];
    const entries = [
      { streamId: good, commands: [credit(1)] },
      { streamId: bad, commands: [credit(1), debit(2)] },
    ];
    await expect(handleBatch(store, account, entries, by)).rejects.toMatchObject({ code: 'overdrawn' });
    expect((await store.read(good)).version).toBe(0);
  });
});
