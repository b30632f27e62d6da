import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import { Durability } from '../../scheduler/durability.ts';
import { Claims } from '../replica/claims.ts';
import { Membership } from '../replica/membership.ts';
import { Recording } from '../replica/recording.ts';
import { Reading } from '../sources/reading.ts';
import type { Batch } from '../sources/reading.ts';
import { Database } from '../postgresql/database.ts';
import { replaced } from './mutation.ts';
import type { Mutation } from './mutation.ts';

/** Faults of what surrounds the scheduler: claims, leases, offsets, and the statements. */
export const STORAGE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'the fence is left out of every statement',
    apply: () => replaced(Database, 'owns', () => () => true),
  },
  {
    name: 'the version is left out of an append',
    apply: () => replaced(Database, 'isExpected', () => () => true),
  },
  {
    name: 'the lease of what another replica has on the wire ends at once',
    apply: () =>
      replaced(
        Recording,
        'hold',
        (original) => (self, tasks: never, _until: never, done: never) =>
          original(self, tasks, (() => 0) as never, done),
      ),
  },
  {
    name: 'what another replica has on the wire is not held',
    apply: () => replaced(Database, 'hold', () => () => undefined),
  },
  {
    name: 'a membership never becomes old',
    apply: () => {
      // `isFresh` is a field: it is replaced where the replica asks.
      const undo = replaced(Membership, 'start', (original) => (self: Membership) => {
        (self as { isFresh: () => boolean }).isFresh = () => true;
        original(self);
      });
      return undo;
    },
  },
  {
    name: 'a lost partition is served on',
    apply: () => replaced(Claims, 'release', () => () => undefined),
  },
  {
    name: 'an offset is committed before its requests are durable',
    apply: () =>
      replaced(Reading, 'tookOver', (original) => (self: Reading, batch: Batch, tasks: readonly DeliveryTask[]) => {
        self.commit(batch.from + batch.records.length);
        original(self, batch as never, tasks as never);
      }),
  },
  {
    name: 'a dropped delivery counts as durable',
    apply: () =>
      replaced(Durability, 'settle', (original) => (self) => {
        original(self, true as never);
      }),
  },
];
