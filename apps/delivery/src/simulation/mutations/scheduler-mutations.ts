import { Circuits } from '../../circuit/circuits.ts';
import type { DeliveryCommand } from '../../delivery/delivery.decider.ts';
import { DeliveryTask } from '../../scheduler/delivery-task.ts';
import { Leaving } from '../../scheduler/leaving.ts';
import { RateLimits } from '../../scheduler/limits/rate-limits.ts';
import { Shares } from '@signet/async';
import { Slots } from '../../scheduler/limits/slots.ts';
import { Memory } from '../../scheduler/memory.ts';
import { NextSends } from '../../scheduler/next-sends.ts';
import { ChangesSince } from '../../scheduler/queues/changes-since.ts';
import { SubjectLanes } from '../../scheduler/queues/subject-lanes.ts';
import { WebhookQueue } from '../../scheduler/queues/webhook-queue.ts';
import { WebhookQueues } from '../../scheduler/queues/webhook-queues.ts';
import { Scheduler } from '../../scheduler/scheduler.ts';
import { Takings } from '../../scheduler/takings.ts';
import { replaced } from './mutation.ts';
import type { Mutation } from './mutation.ts';

const nothing = () => () => undefined;

const attemptRecorded =
  (change: (data: Extract<DeliveryCommand, { type: 'RecordAttempt' }>['data']) => object) =>
  (original: (self: object, ...args: never[]) => unknown) =>
  (self: never, command: DeliveryCommand) =>
    original(
      self,
      (command.type === 'RecordAttempt'
        ? { ...command, data: { ...command.data, ...change(command.data) } }
        : command) as never,
    );

/** Faults of the scheduler, its limits and its queues. */
export const SCHEDULER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'the slot of one POST in ten is not given back',
    apply: () => {
      let calls = 0;
      return replaced(Slots, 'giveBack', (original) => (self, ...args) => {
        calls += 1;
        if (calls % 10 !== 0) original(self, ...args);
      });
    },
  },
  {
    name: 'the slot of a failure that waits for its verdict is given back twice',
    apply: () =>
      replaced(NextSends, 'giveSlotBack', (original) => (self, task: DeliveryTask, ...args: never[]) => {
        const { place } = task;
        if (place.at === 'wire' && !place.hasSlot && !task.isUrgent) task.place = { ...place, hasSlot: true };
        original(self, task as never, ...args);
      }),
  },
  {
    name: 'a delivery that is leased before its storing is known is not tried',
    apply: () =>
      replaced(Leaving, 'stored', (original) => (self, task: DeliveryTask) => {
        if (task.place.at === 'storing') task.place = { at: 'storing', decision: task.place.decision };
        original(self, task as never);
      }),
  },
  {
    name: 'a failure counts twice against the delivery',
    apply: () =>
      replaced(DeliveryTask, 'decide', (original) => (self: DeliveryTask, command: DeliveryCommand) => {
        original(self, command as never);
        const { row } = self;
        if (command.type === 'RecordAttempt' && row?.status === 'RETRYING')
          self.row = { ...row, attemptCount: row.attemptCount + 1 };
      }),
  },
  {
    name: 'a failure counts twice against the circuit',
    apply: () =>
      replaced(Circuits, 'record', (original) => (self, ...args) => {
        original(self, ...args);
        original(self, ...args);
      }),
  },
  {
    name: 'Retry-After is ignored',
    apply: () =>
      replaced(
        DeliveryTask,
        'decide',
        attemptRecorded(({ result }) => ({ result: { ...result, retryAfterMs: null } })),
      ),
  },
  {
    name: 'the schedule begins with its second step',
    apply: () =>
      replaced(
        DeliveryTask,
        'decide',
        attemptRecorded(({ policy }) => ({ policy: { ...policy, scheduleMs: policy.scheduleMs.slice(1) } })),
      ),
  },
  {
    name: 'a rate limit lets one more through',
    apply: () => {
      const one = (name: string) =>
        replaced(
          RateLimits,
          name,
          (original) =>
            (self, webhookId: never, perSecond: number, ...args: never[]) =>
              original(self, webhookId, (perSecond + 1) as never, ...args),
        );
      const undo = [one('waitMs'), one('started')];
      return () => undo.forEach((each) => each());
    },
  },
  {
    name: 'a rate limit wakes its webhook only once',
    apply: () => replaced(RateLimits, 'woken', nothing),
  },
  {
    name: 'a lane starts two deliveries at once',
    apply: () =>
      replaced(SubjectLanes, 'enter', (original) => (self, ...args) => {
        const step = original(self, ...args);
        return step === 'waiting' ? 'started' : step;
      }),
  },
  {
    name: 'a lane whose delivery leaves memory goes on at once',
    apply: () =>
      replaced(
        SubjectLanes,
        'leave',
        (original) => (self, task: never, _isStored: never) => original(self, task, false as never),
      ),
  },
  {
    name: 'parked deliveries are forgotten',
    apply: () => {
      const undo = [replaced(WebhookQueue, 'markParked', nothing), replaced(WebhookQueues, 'adoptParked', nothing)];
      return () => undo.forEach((each) => each());
    },
  },
  {
    name: 'a repeat is not recognized',
    apply: () =>
      replaced(Takings, 'takeRepeat', () => (self, _known: DeliveryTask, task: DeliveryTask) => {
        const { memory, sends } = self as unknown as {
          memory: { tasks: Map<string, DeliveryTask>; queues: WebhookQueues };
          sends: { pump(queue: WebhookQueue): void };
        };
        memory.tasks.set(task.id, task);
        task.place = { at: 'waiting' };
        const queue = memory.queues.of(task.webhookId);
        queue.push(task);
        sends.pump(queue);
      }),
  },
  {
    name: 'a delivery that has just left memory is not noticed',
    apply: () => replaced(ChangesSince, 'note', nothing),
  },
  {
    name: 'an open circuit lets everything through',
    apply: () => replaced(Memory, 'passage', () => () => 'closed'),
  },
  {
    name: 'a half-open circuit lets two probes through',
    apply: () =>
      replaced(Circuits, 'begin', (original) => (self: Circuits, webhookId: never) => {
        const cause = original(self, webhookId);
        if (cause === 'probe') self.giveUp(webhookId, 'probe');
        return cause;
      }),
  },
  {
    name: 'one tenant may take everything',
    apply: () =>
      replaced(
        Shares,
        'allows',
        () =>
          (self: Shares, _who: string, free: number = self.free) =>
            free > 0,
      ),
  },
  {
    name: 'the check whether a POST may still begin is left out',
    apply: () => replaced(Scheduler, 'mayBegin', () => () => true),
  },
];
