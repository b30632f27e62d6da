import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { StoredEvent } from '../event.ts';
import type { Projection } from '../postgres/projection.ts';
import type { AccountEvent } from './account.decider.ts';

export const BALANCES_TABLE =
  'create table balances (id text primary key, balance integer not null check (balance <= 1000), version integer not null)';

/** The read model of the accounts, written through managed entities, as an application does. */
export const Balance = defineEntity({
  name: 'Balance',
  tableName: 'balances',
  properties: { id: p.text().primary(), balance: p.integer(), version: p.integer() },
});

export const balances: Projection = {
  name: 'balances',
  handles: ['AccountCredited', 'AccountDebited'],
  async project(events, em) {
    for (const event of events as StoredEvent<AccountEvent>[]) {
      const row =
        (await em.findOne(Balance, { id: event.streamId })) ??
        em.create(Balance, { id: event.streamId, balance: 0, version: 0 }, { persist: true });
      row.balance += event.type === 'AccountCredited' ? event.data.amount : -event.data.amount;
      row.version = event.version;
    }
  },
  truncate: async (em) => void (await em.nativeDelete(Balance, {})),
};

export const allBalances = (em: EntityManager) => em.fork().find(Balance, {}, { orderBy: { id: 'asc' } });
