import { describe, expect, test } from '@jest/globals';
import { deliveryIdOf, newId } from '@signet/contracts';
import { DeliveryTask } from '../delivery-task.ts';
import { SlotTurns } from '../queues/slot-turns.ts';
import type { SlotKind } from './slots.ts';
import { Slots, slotsOfWebhook } from './slots.ts';
import { WebhookQueue } from '../queues/webhook-queue.ts';

const claim = { partition: 0, epoch: 1, owner: 'test', takenAt: 0, isTakenOver: true, readTo: 0n };
const WEBHOOK = newId();
const T = 'tenant-1';
function task(name: string, kind: SlotKind): DeliveryTask {
  const id = deliveryIdOf(WEBHOOK, { source: '/test', id: name });
  const made = new DeliveryTask(
    { id, day: '2026-03-01', webhookId: WEBHOOK },
    claim,
    Buffer.from(name),
    undefined,
    null,
  );
  made.slotKind = kind;
  return made;
}
const names = (queue: WebhookQueue, slots: Slots, count: number): (string | undefined)[] =>
  Array.from({ length: count }, () => queue.shift(slots)?.body.toString());
const queueOf = (webhookId: string, tenantId = T): WebhookQueue => new WebhookQueue(webhookId, tenantId);
/** Slots of which some are taken, each by a tenant of its own. */
function slotsWith(total: number, taken: Partial<Record<SlotKind, number>>): Slots {
  const slots = new Slots(total);
  for (const kind of ['fresh', 'stored'] as const)
    for (let n = 0; n < (taken[kind] ?? 0); n++) slots.take(kind, `${kind}-${n}`);
  return slots;
}
/** Takes as many slots as the tenant gets. */
function takeAll(slots: Slots, kind: SlotKind, tenantId: string): number {
  let taken = 0;
  for (; slots.isFree(kind, tenantId); taken++) slots.take(kind, tenantId);
  return taken;
}

describe('slots', () => {
  test('an eighth is kept for either kind, however much there is of the other', () => {
    for (const [many, few] of [['stored', 'fresh'] as const, ['fresh', 'stored'] as const]) {
      const slots = new Slots(16);
      let tenants = 0;
      while (slots.isAnyFree(many)) slots.take(many, `tenant-${tenants++}`);
      expect(tenants).toBe(14);
      expect(slots.isFree(few, T)).toBe(true);
      slots.take(few, T);
      slots.take(few, 'another');
      expect([slots.inFlight, slots.isAnyFree(few), slots.isAnyFree(many)]).toEqual([16, false, false]);
      slots.giveBack(many, 'tenant-0');
      expect([slots.isFree(few, 'third'), slots.isFree(many, 'third')]).toEqual([true, true]);
    }
  });

  test('a single slot is for both kinds', () => {
    const slots = new Slots(1);
    expect([slots.isFree('fresh', T), slots.isFree('stored', T)]).toEqual([true, true]);
  });

  test('a tenant leaves as many to the others as it has itself, and so does each that comes after', () => {
    const slots = new Slots(1024);
    const greedy = takeAll(slots, 'fresh', 'greedy');
    expect(greedy).toBe((1024 - 128) / 2);
    const second = takeAll(slots, 'fresh', 'second');
    expect(second).toBe((1024 - 128) / 4);
    expect(takeAll(slots, 'fresh', 'third')).toBe((1024 - 128) / 8);
    expect(slots.isFree('fresh', 'fourth')).toBe(true);
    // The slots that the first tenant gives back are shared between the tenants that want more.
    for (let n = 0; n < greedy; n++) slots.giveBack('fresh', 'greedy');
    expect(takeAll(slots, 'fresh', 'third')).toBeGreaterThan(100);
    for (let n = 0; n < second; n++) slots.giveBack('fresh', 'second');
    expect(takeAll(slots, 'fresh', 'greedy')).toBeGreaterThan(100);
  });

  test('a webhook has an eighth of all at most, and one at least', () => {
    expect([slotsOfWebhook(8, 1024), slotsOfWebhook(500, 1024), slotsOfWebhook(8, 4)]).toEqual([8, 128, 1]);
  });
});

describe('the queue of a webhook', () => {
  test('gives fresh and stored deliveries in turn, each kind first come first served', () => {
    const queue = queueOf(WEBHOOK);
    for (const name of ['s1', 's2', 's3']) queue.push(task(name, 'stored'));
    for (const name of ['f1', 'f2']) queue.push(task(name, 'fresh'));
    const slots = new Slots(64);
    const order = [];
    for (let next = queue.shift(slots); next; next = queue.shift(slots)) {
      order.push(next.body.toString());
      queue.started(next.slotKind);
      queue.ended(next.slotKind);
    }
    expect(order).toEqual(['f1', 's1', 'f2', 's2', 's3']);
  });

  test('lets retries that take long have half of its slots, however fast the fresh ones are', () => {
    const queue = queueOf(WEBHOOK);
    const slots = new Slots(64);
    for (let n = 0; n < 20; n++) queue.push(task(`s${n}`, 'stored'));
    for (let n = 0; n < 150; n++) queue.push(task(`f${n}`, 'fresh'));
    for (let n = 0; n < 100; n++) {
      while (queue.inFlight < 8) queue.started(queue.shift(slots)!.slotKind);
      queue.ended('fresh');
    }
    expect(queue.count('stored')).toBe(16);
  });

  test('gives the kind that a slot is free for', () => {
    const slots = slotsWith(16, { stored: 14 });
    const queue = queueOf(WEBHOOK);
    queue.push(task('s1', 'stored'));
    expect(queue.hasNext(slots)).toBe(false);
    queue.push(task('f1', 'fresh'));
    expect(queue.hasNext(slots)).toBe(true);
    expect(names(queue, slots, 2)).toEqual(['f1', undefined]);
  });
});

describe('queues that wait for a slot', () => {
  test('are served in turn, for a kind that is free', () => {
    const [one, two] = [queueOf('one'), queueOf('two')];
    one.push(task('s1', 'stored'));
    two.push(task('s2', 'stored'));
    two.push(task('f2', 'fresh'));
    const turns = new SlotTurns();
    turns.add(one);
    turns.add(two);
    turns.add(one);
    const slots = slotsWith(16, { stored: 14 });
    expect(turns.next(slots)).toBe(two);
    expect(turns.next(slots)).toBeUndefined();
    slots.giveBack('stored', 'stored-0');
    expect([turns.next(slots), turns.next(slots), turns.next(slots)]).toEqual([one, two, undefined]);
    expect(turns.isEmpty).toBe(true);
  });

  test('are served tenant by tenant: a thousand webhooks of one count for no more than the one of another', () => {
    const turns = new SlotTurns();
    for (let n = 0; n < 1_000; n++) {
      const queue = queueOf(`many-${n}`, 'large');
      queue.push(task(`m${n}`, 'fresh'));
      turns.add(queue);
    }
    const only = queueOf('only', 'small');
    only.push(task('o1', 'fresh'));
    turns.add(only);
    const slots = new Slots(64);
    const served = Array.from({ length: 4 }, () => turns.next(slots)?.webhookId);
    expect(served).toEqual(['many-0', 'only', 'many-1', 'many-2']);
  });

  test('pass over a tenant that has its share', () => {
    const turns = new SlotTurns();
    const slots = new Slots(64);
    takeAll(slots, 'fresh', 'greedy');
    const [greedy, modest] = [queueOf('one', 'greedy'), queueOf('two', 'modest')];
    for (const queue of [greedy, modest]) {
      queue.push(task(queue.webhookId, 'fresh'));
      turns.add(queue);
    }
    expect([turns.next(slots), turns.next(slots)]).toEqual([modest, undefined]);
    slots.giveBack('fresh', 'greedy');
    expect(turns.next(slots)).toBe(greedy);
  });
});
