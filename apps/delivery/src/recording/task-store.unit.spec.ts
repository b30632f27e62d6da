import { expect, test } from '@jest/globals';
import type { PresentDelivery } from '../work-queue/due-deliveries.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { Recorded } from './recorder.ts';
import { TaskStore } from './task-store.ts';
import type { TaskStoreParts } from './task-store.ts';

const task = { pending: [{}], stored: 0 } as unknown as DeliveryTask;
const present = { version: 1, isOwned: true, isHeld: false } as PresentDelivery;

const storeThatIs = (recorded: Recorded): TaskStore =>
  new TaskStore({
    recorder: { record: async () => recorded },
    due: { read: async () => present },
    clock: () => new Date(),
    onLost: () => undefined,
    onError: () => undefined,
  } as unknown as TaskStoreParts);

test.each<[Recorded, PresentDelivery | undefined]>([
  ['stored', undefined],
  ['outdated', present],
  // Our first write was carried out, and its answer was lost: the outcome of the attempt was not stored with it.
  ['known', present],
])('if the delivery is found to be %s, its present state is read', async (recorded, expected) => {
  expect(await storeThatIs(recorded).store(task, null, false)).toBe(expected);
});
