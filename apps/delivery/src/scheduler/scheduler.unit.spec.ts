import { afterEach, describe, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { FAILURE, SchedulerWorld } from '../testing/scheduler-world.ts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { Effect } from './effects.ts';

const { of } = SchedulerWorld;
let world: SchedulerWorld;
let webhook: WebhookSnapshot;
afterEach(() => world.close());

function begin(fields: Partial<WebhookSnapshot> = {}): void {
  webhook = snapshotOf(fields);
  world = new SchedulerWorld(webhook);
}
const take = (messageId: string, subject?: string, offset?: number): Effect[] =>
  world.take(world.requested(webhook, messageId, subject, offset));
const sent = (effects: readonly Effect[]) => of(effects, 'Send');
const typesOf = (effects: readonly Effect[]): string[] => effects.map(({ type }) => type);
const isEmpty = (): boolean => world.scheduler.size === 0 && world.scheduler.attemptsInFlight === 0;

describe('an attempt', () => {
  test('is made at once, its outcome is stored, and nothing is left in memory', () => {
    begin();
    const [send] = sent(take('m'));
    const ended = world.answer(send!);
    expect(typesOf(ended)).toEqual(['NoteAttempt', 'Store']);
    const [store] = of(ended, 'Store');
    expect([store!.task.row?.status, store!.due, store!.isHeld]).toEqual(['SUCCESS', null, false]);
    expect(world.store(store!)).toEqual([]);
    expect([isEmpty(), [...world.scheduler.queues.all()]]).toEqual([true, []]);
  });

  test('that fails is due again by the schedule', () => {
    begin();
    const [send] = sent(take('m'));
    world.now += 20;
    const [store] = of(world.answer(send!, FAILURE), 'Store');
    expect(store!.due).toEqual(new Date(world.now + 60_000));
  });

  test('that fails by the platform is due soon, and counts neither for the delivery nor for the circuit', () => {
    begin();
    for (let n = 0; n < 10; n++) {
      const [send] = sent(take(`m-${n}`));
      const [store] = of(world.answer(send!, { ...FAILURE, fault: 'platform' }), 'Store');
      expect(store!.due).toEqual(new Date(world.now + 1_000));
      expect(store!.task.row?.attemptCount).toBe(0);
      world.store(store!);
    }
    expect(world.circuits.state(webhook.id)).toBe('closed');
  });

  test('that was withheld goes back into the queue, and is made later', () => {
    begin();
    const [send] = sent(take('m'));
    world.tell({ type: 'Suspended' });
    expect(world.tell({ type: 'AttemptWithheld', task: send!.task })).toEqual([]);
    expect(sent(world.tell({ type: 'Resumed' }))).toMatchObject([{ task: { id: send!.task.id } }]);
  });

  test('that was withheld because the partition is lost is handed back', () => {
    begin();
    const first = world.requested(webhook, 'm');
    first.stored = 1;
    const [send] = sent(world.take(world.leased(first)));
    world.losePartition();
    expect(typesOf(world.tell({ type: 'AttemptWithheld', task: send!.task }))).toEqual(['HandBack']);
    expect(isEmpty()).toBe(true);
  });

  test('that could not be prepared is due by the schedule, and spends nothing', () => {
    begin();
    const [send] = sent(take('m'));
    const [store] = of(world.tell({ type: 'AttemptBroke', task: send!.task }), 'Store');
    expect(store!.due).toEqual(new Date(world.now + 60_000));
    expect(store!.task.row?.attemptCount).toBe(0);
  });

  test('that waits for its verdict gives its slot back once', () => {
    begin();
    const [send] = sent(take('m'));
    expect(world.scheduler.attemptsInFlight).toBe(1);
    world.tell({ type: 'VerdictAwaited', task: send!.task });
    expect(world.scheduler.attemptsInFlight).toBe(0);
    world.answer(send!, FAILURE);
    expect(world.scheduler.attemptsInFlight).toBe(0);
  });
});

describe('the same delivery twice', () => {
  test('a repeat in memory is durable when the first one is', () => {
    begin();
    const [send] = sent(take('m'));
    const repeat = world.requested(webhook, 'm');
    expect(world.take(repeat)).toEqual([]);
    expect(repeat.durability.isDurable).toBe(false);
    world.store(of(world.answer(send!), 'Store')[0]!);
    expect([repeat.durability.isDurable, world.scheduler.size]).toEqual([true, 0]);
  });

  test('a repeat is taken by itself when the first one is dropped, because its partition is lost', () => {
    begin();
    world.tell({ type: 'Suspended' });
    take('m');
    const { claim } = world;
    world.takePartitionAgain();
    const repeat = world.requested(webhook, 'm');
    expect(repeat.claim).not.toBe(claim);
    world.take(repeat);
    // PostgreSQL may have got the first one: the repeat asks there.
    expect(of(world.tell({ type: 'PartitionsLost' }), 'Park')).toMatchObject([{ tasks: [{ claim: repeat.claim }] }]);
    expect(world.scheduler.get(repeat.id)).toBe(repeat);
  });

  test('a repeat of one whose first write was refused is given up, and comes again with its batch', () => {
    begin();
    const [send] = sent(take('m'));
    const repeat = world.requested(webhook, 'm');
    world.take(repeat);
    world.answer(send!);
    // The recorder: PostgreSQL does not have the delivery, because the claim no longer holds. Its present state is read now.
    send!.task.drop();
    world.tell({ type: 'PartitionsLost' });
    let isDurable: boolean | undefined;
    repeat.durability.onSettled((settled) => (isDurable = settled));
    expect([isDurable, world.scheduler.get(repeat.id)]).toEqual([false, send!.task]);
  });

  test('a delivery that is leased again before its parking is known here is parked once more', () => {
    begin();
    world.isMember = false;
    const [park] = of(take('m'), 'Park');
    const [task] = park!.tasks;
    expect(world.take(world.leased(task!))).toEqual([]);
    const [again] = of(world.park(park!), 'Park');
    expect([again!.isSecond, again!.tasks]).toEqual([true, [task]]);
    expect(of(world.park(again!), 'Park')).toEqual([]);
  });

  test('a delivery that is due and leased again before its storing is known here is tried again', () => {
    begin();
    const [send] = sent(take('m'));
    const [store] = of(world.answer(send!, FAILURE), 'Store');
    const { task } = store!;
    // PostgreSQL has stored it; its answer is not here yet.
    const again = world.leased(task);
    world.now += 60_000;
    expect(world.take(again)).toEqual([]);
    expect(sent(world.store(store!))).toMatchObject([{ task: { nextAttempt: 2, stored: 1 } }]);
    expect(world.scheduler.get(task.id)).toBe(again);
  });

  test('a delivery with an order that is leased again before its storing is known here is parked behind the earlier ones', () => {
    begin({ ordering: 'subject' });
    const [send] = sent(take('m', 'a', 1));
    const [store] = of(world.answer(send!, FAILURE), 'Store');
    const again = world.leased(store!.task);
    expect(world.take(again)).toEqual([]);
    const effects = world.store(store!);
    expect([sent(effects), of(effects, 'Park').flatMap(({ tasks }) => tasks)]).toEqual([[], [again]]);
  });

  test('a state that was leased before the storing is not sent any more', () => {
    begin();
    const first = world.requested(webhook, 'm');
    first.stored = 1;
    const [send] = sent(world.take(world.leased(first)));
    const [store] = of(world.answer(send!, FAILURE), 'Store');
    expect(world.take(world.leased(first))).toEqual([]);
    expect(world.store(store!)).toEqual([]);
    expect(isEmpty()).toBe(true);
  });

  test('a delivery that is leased again while its POST is under way is sent once', () => {
    begin();
    const first = world.requested(webhook, 'm');
    first.stored = 1;
    const [send] = sent(world.take(world.leased(first)));
    expect(world.take(world.leased(first))).toEqual([]);
    world.store(of(world.answer(send!), 'Store')[0]!);
    expect(isEmpty()).toBe(true);
  });
});

describe('PostgreSQL has a newer state than memory', () => {
  function outdated(present: { isOwned: boolean }): Effect[] {
    begin();
    const [send] = sent(take('m'));
    const [store] = of(world.answer(send!, FAILURE), 'Store');
    const row = { ...world.requested(webhook, 'm').row!, isRetryAsked: true };
    return world.tell({
      type: 'Outdated',
      task: store!.task,
      present: { row, version: 2, webhookVersion: null, isHeld: true, ...present },
    });
  }

  test('a person has asked for a retry meanwhile: the attempt is recorded, and the retry comes at once', () => {
    const [store] = of(outdated({ isOwned: true }), 'Store');
    expect(store).toMatchObject({ isHeld: false, due: new Date(world.now) });
    expect(store!.task.pending.map(({ type }) => type)).toEqual(['DeliveryAttemptFailed']);
  });

  test('another replica owns the partition, and waits for the outcome', () => {
    expect(of(outdated({ isOwned: false }), 'Store')).toMatchObject([{ isHeld: true }]);
  });
});

describe('a partition is lost', () => {
  test('deliveries that wait are dropped, leased ones handed back, and those on the wire recorded', () => {
    begin({ rateLimitPerSecond: 1 });
    const onTheWire = sent(take('on the wire'));
    take('fresh');
    const stored = world.requested(webhook, 'stored');
    stored.stored = 1;
    world.take(world.leased(stored));
    const [handBack] = of(world.losePartition(), 'HandBack');
    expect(handBack!.tasks.map(({ id }) => id)).toEqual([stored.id]);
    expect(world.scheduler.size).toBe(1);
    expect(typesOf(world.answer(onTheWire[0]!))).toContain('Store');
  });

  test('an outcome that is being stored meanwhile is stored for the next owner, which waits for it', () => {
    begin();
    const [send] = sent(take('m'));
    const { task } = of(world.answer(send!, FAILURE), 'Store')[0]!;
    expect(world.losePartition()).toEqual([]);
    const present = { row: world.requested(webhook, 'm').row!, version: 1, webhookVersion: null };
    const held = world.tell({ type: 'Outdated', task, present: { ...present, isOwned: false, isHeld: true } });
    expect(of(held, 'Store')).toMatchObject([{ task: { id: task.id }, isHeld: true }]);
    expect(task.pending.map(({ type }) => type)).toEqual(['DeliveryAttemptFailed']);
    world.store(of(held, 'Store')[0]!);
    expect(isEmpty()).toBe(true);
  });

  test('an attempt under a lost claim does not count for the circuit', () => {
    begin();
    for (let n = 0; n < 6; n++) {
      const [send] = sent(take(`m-${n}`));
      world.losePartition();
      world.store(of(world.answer(send!, FAILURE), 'Store')[0]!);
      world.takePartitionAgain();
    }
    expect(world.circuits.state(webhook.id)).toBe('closed');
  });
});

describe('order by subject', () => {
  const idsOf = (effects: readonly Effect[]): string[] => sent(effects).map(({ task }) => task.row?.messageId ?? '');

  test('the next delivery of a subject is sent when the one before has ended, others at once', () => {
    begin({ ordering: 'subject' });
    const [first] = sent(take('a-1', 'a', 1));
    expect(idsOf(take('a-2', 'a', 2))).toEqual([]);
    expect(idsOf(take('b-1', 'b', 3))).toEqual(['b-1']);
    const [store] = of(world.answer(first!), 'Store');
    expect(idsOf(world.store(store!))).toEqual(['a-2']);
  });

  test('a webhook is as far behind as its longest subject: subjects do not wait for each other', () => {
    begin({ ordering: 'subject' });
    for (let n = 0; n < 30; n++) take(`m-${n}`, `subject-${n % 10}`, n);
    for (let n = 30; n < 35; n++) take(`m-${n}`, 'subject-0', n);
    const load = (): object => world.scheduler.loads.of(webhook.id, world.now);
    expect(load()).toMatchObject({ behindOthers: 2 + 5 });
  });

  test('when the first of a subject fails, those behind it go to PostgreSQL', () => {
    begin({ ordering: 'subject' });
    const [first] = sent(take('a-1', 'a', 1));
    take('a-2', 'a', 2);
    const effects = world.store(of(world.answer(first!, FAILURE), 'Store')[0]!);
    expect(of(effects, 'Park').flatMap(({ tasks }) => tasks.map(({ row }) => row?.messageId))).toEqual(['a-2']);
    expect(idsOf(effects)).toEqual([]);
  });

  test('a request that comes while the one before it is being stored goes behind it', () => {
    begin({ ordering: 'subject' });
    const [first] = sent(take('a-1', 'a', 1));
    const [store] = of(world.answer(first!, FAILURE), 'Store');
    const came = take('a-2', 'a', 2);
    const parked = [...came, ...world.store(store!)];
    expect(of(parked, 'Park').flatMap(({ tasks }) => tasks.map(({ row }) => row?.messageId))).toEqual(['a-2']);
    expect(idsOf(parked)).toEqual([]);
  });
});

describe('limits', () => {
  test('one time to wake up is planned for a webhook with a rate limit, and the tick sends the next', () => {
    begin({ rateLimitPerSecond: 1 });
    const [first] = sent(take('m-1'));
    world.answer(first!);
    const [wake] = of(take('m-2'), 'WakeAt');
    expect(wake!.at).toBe(world.now + 1_000);
    expect(of(take('m-3'), 'WakeAt')).toEqual([]);
    world.now = wake!.at;
    const woken = world.tell({ type: 'Tick', webhookId: webhook.id });
    expect(sent(woken).map(({ task }) => task.row?.messageId)).toEqual(['m-2']);
    expect(of(woken, 'WakeAt')).toMatchObject([{ at: world.now + 1_000 }]);
  });

  test('behind an open circuit requests are parked; a success of the probe lets the rest go', () => {
    begin();
    for (let n = 0; n < 5; n++) {
      const [send] = sent(take(`failed-${n}`));
      world.now += 10;
      world.store(of(world.answer(send!, FAILURE), 'Store')[0]!);
    }
    expect(world.circuits.state(webhook.id)).toBe('open');
    const [park] = of(take('held'), 'Park');
    world.park(park!);
    world.circuits.probeNow(webhook.id);
    const refills = world.scheduler.queues.beginRefills(100);
    expect(refills).toMatchObject([{ webhookId: webhook.id, limit: 1 }]);
    const [probe] = sent(world.take(world.leased(park!.tasks[0]!)));
    expect(probe!.task.cause).toBe('asked_probe');
    world.answer(probe!);
    expect(world.circuits.state(webhook.id)).toBe('closed');
  });

  test('a delivery that is parked while parked ones are read is read with the next read', () => {
    begin();
    world.isMember = false;
    world.park(of(take('m-1'), 'Park')[0]!);
    const [refill] = world.scheduler.queues.beginRefills(100);
    world.park(of(take('m-2'), 'Park')[0]!);
    refill!.queue.markEmptied(refill!.parkingCount);
    world.tell({ type: 'Refilled', refills: [refill!] });
    expect(world.scheduler.queues.beginRefills(100)).toMatchObject([{ webhookId: webhook.id }]);
  });

  test('tasks that have waited for too long are parked, and stored with a lease where they are on the wire', () => {
    begin();
    const tasks: DeliveryTask[] = [1, 2, 3].map((n) => world.requested(webhook, `m-${n}`));
    for (const task of tasks) world.take(task);
    const effects = world.tell({ type: 'Overflowed', tasks });
    expect(of(effects, 'Park').flatMap((park) => park.tasks)).toEqual([tasks[2]]);
    expect(of(effects, 'StoreLeased').map(({ task }) => task)).toEqual(tasks.slice(0, 2));
  });

  test('a webhook that ends takes its waiting deliveries with it, and the one on the wire when it has failed', () => {
    begin();
    const [send] = sent(take('m-1'));
    sent(take('m-2'));
    take('m-3');
    world.ended.set(webhook.id, 'disabled');
    const effects = world.tell({ type: 'WebhookEnded', webhookId: webhook.id });
    expect(of(effects, 'NoteEnd').map(({ task }) => task.row?.messageId)).toEqual(['m-3']);
    expect(of(world.answer(send!, FAILURE), 'NoteEnd')).toMatchObject([{ reason: 'disabled' }]);
  });

  test('a POST that waits for its connection while the partitions are given up does not begin when the replica ends', () => {
    begin();
    const [send] = sent(take('m'));
    expect(world.scheduler.mayBegin(send!.task)).toBe(true);
    world.tell({ type: 'Suspended' });
    world.tell({ type: 'Draining' });
    expect(world.scheduler.mayBegin(send!.task)).toBe(false);
  });

  test('while this replica ends nothing is sent, and at last everything that waits is dropped', () => {
    begin();
    const [send] = sent(take('m-1'));
    sent(take('m-2'));
    take('m-3');
    world.tell({ type: 'Draining' });
    expect(sent(world.answer(send!))).toEqual([]);
    expect(sent(world.tell({ type: 'Drained' }))).toEqual([]);
    expect(world.scheduler.get(world.requested(webhook, 'm-3').id)).toBeUndefined();
  });
});
