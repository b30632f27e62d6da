import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { handle } from './handle.ts';
import { InMemoryEventStore } from './in-memory-event-store.ts';
import type { AccountEvent } from './testing/account.decider.ts';
import { account, credit, debit } from './testing/account.decider.ts';

/** A store whose every step waits until the scheduler lets it go on. */
function scheduled(scheduler: fc.Scheduler): InMemoryEventStore {
  const store = new InMemoryEventStore();
  const { fold, append } = store;
  return Object.assign(store, {
    fold: scheduler.scheduleFunction(fold.bind(store) as (...args: unknown[]) => Promise<unknown>),
    append: scheduler.scheduleFunction(append.bind(store) as (...args: unknown[]) => Promise<unknown>),
  });
}

test('however reads and appends interleave, no account is overdrawn and no accepted command is lost', async () => {
  const commands = fc.array(fc.tuple(fc.constantFrom(credit, debit), fc.nat(10)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), commands, async (scheduler, chosen) => {
      const store = scheduled(scheduler);
      const handling = chosen.map(([command, amount]) =>
        handle(store, account, 'a', command(amount), { actor: 'ann', random: () => 0 }),
      );
      const results = await scheduler.waitFor(Promise.allSettled(handling));
      const { events } = await store.read<AccountEvent>('a');
      expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
      const balances = [0];
      for (const event of events) balances.push(account.evolve({ balance: balances.at(-1)! }, event).balance);
      expect(Math.min(...balances)).toBeGreaterThanOrEqual(0);
      const accepted = results.flatMap((result) => (result.status === 'fulfilled' ? result.value.events : []));
      expect(accepted.toSorted((a, b) => a.version - b.version)).toEqual(events);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'overdrawn' });
      }
    }),
    { numRuns: 100 },
  );
});

test('a writer that loses more often than it may try again gets a VersionConflictError', async () => {
  const store = new InMemoryEventStore();
  const by = { actor: 'ann', random: () => 0 };
  const contested: typeof account = {
    ...account,
    decide(command, state) {
      void store.append('a', [{ type: 'AccountCredited', data: { amount: 1 } }], {
        actor: 'bob',
        expectedVersion: state.balance,
      });
      return account.decide(command, state);
    },
  };
  await expect(handle(store, contested, 'a', credit(1), { ...by, retries: 2 })).rejects.toMatchObject({
    code: 'version_conflict',
    expectedVersion: 2,
    actualVersion: 3,
  });
});
