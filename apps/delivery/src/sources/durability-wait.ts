import { setImmediate } from 'node:timers/promises';
import { settledWithin } from '@signet/async';
import type { Clock } from '@signet/contracts';
import type { Worker } from '../dispatch/worker.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { MAX_ROUNDS, overflowOf, SLOW_ROUNDS } from '../scheduler/overflow/overflow.policy.ts';
import type { PartitionRooms } from './partition-rooms.ts';
import { lost } from './reading.ts';
import type { Reading } from './reading.ts';

/** Waits until tasks are durable. In each round it judges which of them have to go to PostgreSQL for that. */
export class DurabilityWait {
  constructor(
    private readonly worker: Worker,
    private readonly rooms: PartitionRooms,
    private readonly clock: Clock,
    /** Length of a round, milliseconds. */
    private readonly spillAfterMs: number,
  ) {}

  /** Waits until the tasks are durable, and hands slow ones to PostgreSQL. Resolves to false if the reading ends before. */
  async untilDurable(tasks: readonly DeliveryTask[], batch: Reading): Promise<boolean> {
    const durable = allDurable(tasks);
    const { spillAfterMs } = this;
    const takenAt = this.clock().getTime();
    while (!batch.signal.aborted) {
      const roundEndsAt = this.clock().getTime() + spillAfterMs;
      if (await settledWithin(durable, spillAfterMs, batch.signal)) {
        if (await durable) return true;
        // Some tasks were dropped and are not in PostgreSQL: the batch must not count as done.
        if (!batch.signal.aborted) throw lost();
      }
      if (batch.signal.aborted) return false;
      // If our event loop was blocked, responses may be waiting unread: yield once before judging a webhook slow.
      await setImmediate();
      const now = this.clock().getTime();
      const rounds = (now - takenAt) / spillAfterMs;
      // A round that ended late says more about this process than about any webhook.
      if (rounds < MAX_ROUNDS && now - roundEndsAt > spillAfterMs) continue;
      const overflowing = this.overflowing(tasks, batch.partition, rounds, now);
      if (overflowing.length > 0) await this.worker.carryOut({ type: 'Overflowed', tasks: overflowing });
    }
    return false;
  }

  private overflowing(tasks: readonly DeliveryTask[], partition: number, rounds: number, now: number): DeliveryTask[] {
    const overflows = new Map<string, (task: DeliveryTask) => boolean>();
    return tasks.filter((task) => {
      let test = overflows.get(task.webhookId);
      if (!test) overflows.set(task.webhookId, (test = this.overflowTest(task.webhookId, partition, rounds, now)));
      return test(task);
    });
  }

  /** Returns a test that says which of the webhook's tasks should go to PostgreSQL. */
  private overflowTest(
    webhookId: string,
    partition: number,
    rounds: number,
    now: number,
  ): (task: DeliveryTask) => boolean {
    const { spillAfterMs } = this;
    const { loads } = this.worker.scheduler;
    const load = loads.of(webhookId, now);
    if (load.sinceProgressMs >= spillAfterMs) loads.noteSlow(webhookId, now);
    const isOverShare = !this.rooms.of(partition).allows(webhookId);
    switch (overflowOf(load, rounds, spillAfterMs, isOverShare)) {
      case 'all':
        return () => true;
      case 'none':
        return () => false;
      case 'far_behind': {
        const farBehind = loads.farBehind(webhookId, SLOW_ROUNDS * spillAfterMs);
        return (task) => farBehind.has(task);
      }
    }
  }
}

/** Resolves when all of the tasks are settled: to false if one of them was dropped. */
function allDurable(tasks: readonly DeliveryTask[]): Promise<boolean> {
  let open = tasks.length;
  let areDurable = true;
  return new Promise((resolve) => {
    if (open === 0) resolve(true);
    for (const { durability } of tasks)
      durability.onSettled((isDurable) => {
        areDurable &&= isDurable;
        open -= 1;
        if (open === 0) resolve(areDurable);
      });
  });
}
