import { Running, settledWithin } from '@signet/async';
import type { AbandonReason, Clock } from '@signet/contracts';
import type { AttemptSender } from '../attempt/attempt-sender.ts';
import type { TaskStore } from '../recording/task-store.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { Effect } from '../scheduler/effects.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import type { DispatchObserver } from './dispatch-observer.ts';

/** Margin after the time-out of a request, milliseconds: its outcome has been recorded by then. */
const HOLD_MARGIN_MS = 5_000;

export interface WorkerOutlets {
  readonly sender: Pick<AttemptSender, 'send' | 'withholdWaiting'>;
  readonly store: Pick<TaskStore, 'store' | 'storeLeased' | 'park' | 'hold' | 'handBack'>;
  /** Stored deliveries are to be read soon. */
  readonly refill: () => void;
  readonly observer: DispatchObserver;
  readonly spans: Pick<DeliverySpans, 'begin' | 'attempted' | 'broke' | 'withheld' | 'recording'>;
}

/**
 * Carries out what the scheduler decides, and tells it the outcomes. Everything that waits is here: POSTs, statements, timers. The
 * scheduler handles one event at a time: an event that comes while it handles another one waits for its turn.
 */
export class Worker {
  private readonly inbox: SchedulerEvent[] = [];
  private isStepping = false;
  /** Attempts, each until its outcome is stored. */
  private readonly attempts = new Running();
  private readonly writes = new Running();
  private readonly wakes = new Map<string, NodeJS.Timeout>();

  constructor(
    readonly scheduler: Scheduler,
    private readonly outlets: WorkerOutlets,
    private readonly clock: Clock,
  ) {}

  /** Tells the scheduler an event, and begins what it decides. */
  tell(event: SchedulerEvent): void {
    this.stepAll(event);
  }

  /** Does the same. Resolves when everything that was decided is done, POSTs excepted. */
  async carryOut(event: SchedulerEvent): Promise<void> {
    await Promise.all(this.stepAll(event));
  }

  /**
   * Ends a delivery that was just leased from PostgreSQL. Resolves to false if the delivery is in memory here already: then
   * the caller has to check it again later.
   */
  async endLeased(task: DeliveryTask, reason: AbandonReason): Promise<boolean> {
    if (this.scheduler.get(task.id)) return false;
    await this.carryOut({ type: 'LeasedToEnd', task, reason });
    return true;
  }

  /**
   * Starts no POST until `Resumed`. Resolves when the attempts on the wire have ended and are recorded. Deliveries whose attempts
   * last longer than the grace are held in PostgreSQL, so that the outcome can still be recorded when another replica has the
   * partition.
   *
   * @param bound aborts when this must resolve at the latest, even if PostgreSQL does not answer
   * @returns whether every attempt on the wire is recorded or held
   */
  async suspend(graceMs: number, bound: AbortSignal): Promise<boolean> {
    const { sender, store } = this.outlets;
    this.tell({ type: 'Suspended' });
    sender.withholdWaiting();
    await settledWithin(this.attempts.ended(), graceMs);
    await store.hold(this.scheduler.tasksOnTheWire(), HOLD_MARGIN_MS, bound);
    return settledWithin(Promise.all(this.scheduler.tasksBeingWritten().map(({ writing }) => writing)), bound);
  }

  /** Starts no more POSTs. When every attempt on the wire has ended and is recorded, the waiting deliveries are handed back. */
  async drain(): Promise<void> {
    this.tell({ type: 'Draining' });
    await this.attempts.ended();
    this.tell({ type: 'Drained' });
    await this.writes.ended();
    for (const timer of this.wakes.values()) clearTimeout(timer);
    this.wakes.clear();
  }

  private stepAll(event: SchedulerEvent): Promise<void>[] {
    this.inbox.push(event);
    const under: Promise<void>[] = [];
    // The step that is under way, further up the stack, goes on with it.
    if (this.isStepping) return under;
    for (let next = this.inbox.shift(); next; next = this.inbox.shift()) {
      for (const effect of this.step(next)) {
        const begun = this.begin(effect);
        if (begun) under.push(begun);
      }
    }
    return under;
  }

  private step(event: SchedulerEvent): Effect[] {
    this.isStepping = true;
    try {
      return this.scheduler.step(event, this.clock().getTime());
    } finally {
      this.isStepping = false;
    }
  }

  /** Returns the write, if the effect is one. */
  private begin(effect: Effect): Promise<void> | undefined {
    const { store, observer, spans, refill } = this.outlets;
    switch (effect.type) {
      case 'Send':
        return this.send(effect);
      case 'Store':
        return this.writes.add(spans.recording(effect.task, () => this.store(effect)));
      case 'StoreLeased':
        return this.writes.add(store.storeLeased(effect.task, effect.until));
      case 'Park':
        return this.writes.add(this.park(effect));
      case 'HandBack':
        return this.writes.add(store.handBack(effect.tasks));
      case 'Refill':
        refill();
        return undefined;
      case 'WakeAt':
        return this.wakeAt(effect);
      case 'NoteAttempt':
        observer.attempted(effect.task, effect.result);
        spans.attempted(effect.task, effect.result);
        return undefined;
      case 'NoteEnd':
        observer.abandoned(effect.task, effect.reason);
        return undefined;
    }
  }

  private send({ task, webhook, at }: Extract<Effect, { type: 'Send' }>): undefined {
    const { sender, spans, observer } = this.outlets;
    spans.begin(task);
    const hooks = {
      mayBegin: () => this.scheduler.mayBegin(task),
      awaitsVerdict: () => this.tell({ type: 'VerdictAwaited', task }),
    };
    const attempt = sender.send(task, webhook, at, hooks).then(
      (completed) => {
        if (completed) return this.carryOut({ type: 'AttemptEnded', task, attempt: completed });
        spans.withheld(task);
        return this.carryOut({ type: 'AttemptWithheld', task });
      },
      (error: unknown) => {
        observer.broke(task, error);
        spans.broke(task, error);
        return this.carryOut({ type: 'AttemptBroke', task });
      },
    );
    void this.attempts.add(attempt);
  }

  private async store({ task, due, isHeld }: Extract<Effect, { type: 'Store' }>): Promise<void> {
    const present = await this.outlets.store.store(task, due, isHeld);
    await this.carryOut(present ? { type: 'Outdated', task, present } : { type: 'Stored', task });
  }

  private async park({ tasks, isSecond }: Extract<Effect, { type: 'Park' }>): Promise<void> {
    await this.outlets.store.park(tasks);
    this.tell({ type: 'Parked', tasks, isSecond });
  }

  private wakeAt({ webhookId, at }: Extract<Effect, { type: 'WakeAt' }>): undefined {
    clearTimeout(this.wakes.get(webhookId));
    const wake = (): void => {
      this.wakes.delete(webhookId);
      this.tell({ type: 'Tick', webhookId });
    };
    this.wakes.set(webhookId, setTimeout(wake, Math.max(0, at - this.clock().getTime())));
  }
}
