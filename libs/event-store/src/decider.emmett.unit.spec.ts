import { test } from '@jest/globals';
import type { Decider as EmmettDecider } from '@event-driven-io/emmett';
import { DeciderSpecification } from '@event-driven-io/emmett';
import type { AccountCommand, AccountEvent } from './testing/account.decider.ts';
import { account, credited, Overdrawn } from './testing/account.decider.ts';

// Compiles as long as the shapes are the same; emmett also wants a command's data under `data`, ours are free.
type Enveloped = { type: 'ask'; data: AccountCommand };
const enveloped: EmmettDecider<{ balance: number }, Enveloped, AccountEvent> = {
  ...account,
  decide: ({ data }, state) => account.decide(data, state),
};

test("emmett's specification understands our deciders", () => {
  const given = DeciderSpecification.for(enveloped);
  given([credited(3)])
    .when({ type: 'ask', data: { type: 'debit', amount: 3 } })
    .then([{ type: 'AccountDebited', data: { amount: 3 } }]);
  DeciderSpecification.for(account)(credited(3)).when({ type: 'debit', amount: 4 }).thenThrows(Overdrawn);
  DeciderSpecification.for(account)([]).when({ type: 'credit', amount: 0 }).thenNothingHappened();
});
