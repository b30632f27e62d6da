import type { Decider } from '../decider.ts';

/** A small aggregate for the tests of the store: an account that cannot be overdrawn. */
export type AccountEvent =
  { type: 'AccountCredited'; data: { amount: number } } | { type: 'AccountDebited'; data: { amount: number } };

export type AccountCommand = { type: 'credit'; amount: number } | { type: 'debit'; amount: number };

export class Overdrawn extends Error {
  readonly code = 'overdrawn';
}

export const account: Decider<{ balance: number }, AccountCommand, AccountEvent> = {
  initialState: () => ({ balance: 0 }),
  decide({ type, amount }, { balance }) {
    if (amount === 0) return [];
    if (type === 'credit') return [{ type: 'AccountCredited', data: { amount } }];
    if (amount > balance) throw new Overdrawn(`${amount} is more than ${balance}.`);
    return [{ type: 'AccountDebited', data: { amount } }];
  },
  evolve: ({ balance }, { type, data }) => ({
    balance: type === 'AccountCredited' ? balance + data.amount : balance - data.amount,
  }),
};

export const credited = (amount: number): AccountEvent => ({ type: 'AccountCredited', data: { amount } });
export const credit = (amount: number): AccountCommand => ({ type: 'credit', amount });
export const debit = (amount: number): AccountCommand => ({ type: 'debit', amount });
