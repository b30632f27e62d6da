import { expect, test } from '@jest/globals';
import type { Worker } from '../dispatch/worker.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { ChangesSince } from '../scheduler/queues/changes-since.ts';
import type { Lease, Leases } from '../work-queue/leases.ts';
import { DueLoop } from './due-loop.ts';

const OPTIONS = { pollMs: 60_000, batchSize: 10, parkedAtOnce: 10, refilledAtOnce: 10 };
const taskOf = (id: string, stored: number): DeliveryTask => ({ id, stored }) as DeliveryTask;

test('a delivery that was stored with a newer state while it was leased is given back, and not taken once more', async () => {
  const changes = new ChangesSince();
  let told = (_ids: string[]): void => undefined;
  const allTold = new Promise<string[]>((resolve) => (told = resolve));
  const taken: string[] = [];
  const given: string[] = [];
  const worker = {
    scheduler: {
      queues: { roomForLeased: 100, beginRefills: () => [], crowded: () => [] },
      watchLanes: () => ({ isOutdated: () => false, end: () => undefined }),
      watchChanges: () => changes.watch(),
    },
    tell: (event: SchedulerEvent) => {
      if (event.type === 'Leased') taken.push(event.task.id);
      if (taken.includes('last')) told(taken);
    },
  } as unknown as Worker;
  const leases = {
    giveBack: async (tasks: readonly DeliveryTask[]) => void given.push(...tasks.map(({ id }) => id)),
    leaseDue: async (): Promise<Lease> => {
      changes.note('sent meanwhile', 2);
      changes.note('parked meanwhile', 1);
      const tasks = [taskOf('sent meanwhile', 1), taskOf('parked meanwhile', 1), taskOf('last', 1)];
      return { tasks, leased: new Map() };
    },
  } as unknown as Leases;
  const loop = new DueLoop(
    leases,
    worker,
    () => [{} as never],
    OPTIONS,
    (error) => expect(error).toBeUndefined(),
  );
  loop.start();
  expect(await allTold).toEqual(['parked meanwhile', 'last']);
  await loop.stop();
  expect(given).toEqual(['sent meanwhile']);
});
