import { describe, expect, test } from '@jest/globals';
import { deliveryIdOf, newId } from '@signet/contracts';
import { DeliveryTask } from './delivery-task.ts';
import { Gathered } from './gathered.ts';
import { SlotTurns } from './slot-turns.ts';
import type { SlotKind } from './slots.ts';
import { Slots } from './slots.ts';
import { WebhookQueue } from './webhook-queue.ts';

const claim = { partition: 0, epoch: 1, readTo: 0n };
const WEBHOOK = newId();
function task(name: string, kind: SlotKind): DeliveryTask {
  const id = deliveryIdOf(WEBHOOK, { source: '/test', id: name });
  const made = new DeliveryTask(id, '2026-03-01', WEBHOOK, claim, Buffer.from(name), undefined, null);
  made.slotKind = kind;
  return made;
}
const names = (queue: WebhookQueue, slots: Slots, count: number): (string | undefined)[] =>
  Array.from({ length: count }, () => queue.shift(slots)?.body.toString());

describe('slots', () => {
  test('an eighth is kept for either kind, however much there is of the other', () => {
    for (const [many, few] of [['stored', 'fresh'] as const, ['fresh', 'stored'] as const]) {
      const slots = new Slots(16);
      let taken = 0;
      for (; slots.isFree(many); taken++) slots.take(many);
      expect(taken).toBe(14);
      expect(slots.isFree(few)).toBe(true);
      slots.take(few);
      slots.take(few);
      expect([slots.inFlight, slots.isFree(few), slots.isFree(many)]).toEqual([16, false, false]);
      slots.free(many);
      expect([slots.isFree(few), slots.isFree(many)]).toEqual([true, true]);
    }
  });

  test('one slot is for both', () => {
    const slots = new Slots(1);
    expect([slots.isFree('fresh'), slots.isFree('stored')]).toEqual([true, true]);
  });
});

describe('the queue of a webhook', () => {
  test('gives fresh and stored deliveries in turn, each kind first come first served', () => {
    const queue = new WebhookQueue(WEBHOOK);
    for (const name of ['s1', 's2', 's3']) queue.push(task(name, 'stored'));
    for (const name of ['f1', 'f2']) queue.push(task(name, 'fresh'));
    expect(names(queue, new Slots(8), 6)).toEqual(['f1', 's1', 'f2', 's2', 's3', undefined]);
  });

  test('gives the kind that a slot is free for', () => {
    const slots = new Slots(8);
    for (let n = 0; n < 7; n++) slots.take('stored');
    const queue = new WebhookQueue(WEBHOOK);
    queue.push(task('s1', 'stored'));
    expect(queue.hasNext(slots)).toBe(false);
    queue.push(task('f1', 'fresh'));
    expect(queue.hasNext(slots)).toBe(true);
    expect(names(queue, slots, 2)).toEqual(['f1', undefined]);
  });
});

test('queues that wait for a slot are served in turn, for a kind that is free', () => {
  const [one, two] = [new WebhookQueue('one'), new WebhookQueue('two')];
  one.push(task('s1', 'stored'));
  two.push(task('s2', 'stored'));
  two.push(task('f2', 'fresh'));
  const turns = new SlotTurns();
  turns.add(one);
  turns.add(two);
  turns.add(one);
  const slots = new Slots(8);
  for (let n = 0; n < 7; n++) slots.take('stored');
  expect(turns.next(slots)).toBe(two);
  expect(turns.next(slots)).toBeUndefined();
  slots.free('stored');
  expect([turns.next(slots), turns.next(slots), turns.next(slots)]).toEqual([one, two, undefined]);
  expect(turns.isEmpty).toBe(true);
});

test('what is gathered while work is under way is done together, and fails only for those who added it', async () => {
  const done: string[][] = [];
  const gates: (() => void)[] = [];
  const gathered = new Gathered<string>(async (items) => {
    done.push([...items]);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.includes('bad')) throw new Error('refused');
  });
  const first = gathered.add(['a']);
  const second = gathered.add(['b', 'bad']);
  const outcome = Promise.allSettled([first, second]);
  while (gates.length < 1) await Promise.resolve();
  const third = gathered.add(['c']);
  gates[0]!();
  while (gates.length < 2) await Promise.resolve();
  gates[1]!();
  expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await third;
  expect(done).toEqual([['a', 'b', 'bad'], ['c']]);
});
