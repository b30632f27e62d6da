import type { CompletedAttempt } from '../../attempt/attempt.ts';
import type { AttemptFailure } from '../../delivery/delivery.events.ts';
import { retryAfterMs } from '../../delivery/retry-after.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { Effect } from '../../scheduler/effects.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { Post } from '../world/posts.ts';
import type { World } from '../world/world.ts';
import type { Host } from '../world/host.ts';
import type { Recording } from './recording.ts';
import type { SimulatedPlatform } from './simulated-platform.ts';

type Send = Extract<Effect, { type: 'Send' }>;

/** How long it takes to sign a request and to open a connection, milliseconds, at most; one in ten is slow. */
const CONNECT_MS = 12;
const SLOW_CONNECT_MS = 800;
const FAILURE: Readonly<Record<'timeout' | 'gone' | 'throttled' | 'http_status' | 'network', AttemptFailure>> = {
  timeout: { errorClass: 'timeout', errorMessage: 'No answer came in time.', fault: 'receiver' },
  gone: { errorClass: 'gone', errorMessage: 'The receiver answered 410.', fault: 'receiver' },
  throttled: { errorClass: 'throttled', errorMessage: 'The receiver answered 429.', fault: 'receiver' },
  http_status: { errorClass: 'http_status', errorMessage: 'The receiver answered 500.', fault: 'receiver' },
  network: { errorClass: 'connect', errorMessage: 'The network cannot be reached.', fault: 'platform' },
};

/** Carries out the effects of the scheduler on the virtual clock, and tells it the outcomes: the rules of `Worker`. */
export class SimulatedWorker {
  private readonly inbox: SchedulerEvent[] = [];
  private isStepping = false;
  /** Attempts, each until its outcome is stored. */
  readonly attempts = new Set<DeliveryTask>();
  private readonly wakes = new Map<string, symbol>();

  constructor(
    readonly scheduler: Scheduler,
    private readonly world: World,
    private readonly host: Host,
    private readonly recording: Recording,
    private readonly platform: SimulatedPlatform,
    private readonly refill: () => void,
  ) {}

  tell(event: SchedulerEvent): void {
    this.inbox.push(event);
    if (this.isStepping) return;
    for (let next = this.inbox.shift(); next; next = this.inbox.shift()) {
      this.isStepping = true;
      this.world.rules.told(this.host.name, next);
      const effects = this.scheduler.step(next, this.world.clock.now);
      this.isStepping = false;
      this.world.rules.stepped(this.host.name, next, effects);
      for (const effect of effects) this.begin(effect);
    }
  }

  private begin(effect: Effect): void {
    const { recording } = this;
    switch (effect.type) {
      case 'Send':
        return this.send(effect);
      case 'Store':
        return recording.store(effect.task, effect.due, effect.isHeld, (present) => {
          if (present) this.tell({ type: 'Outdated', task: effect.task, present });
          else this.tell({ type: 'Stored', task: effect.task });
          if (effect.task.place.at === 'outside') this.attempts.delete(effect.task);
        });
      case 'StoreLeased':
        return recording.write(effect.task, effect.until, () => undefined);
      case 'Park':
        this.world.story.tell(() => `${this.host.name} parks ${effect.tasks.map(({ id }) => id).join(', ')}`);
        return recording.park(effect.tasks, () =>
          this.tell({ type: 'Parked', tasks: effect.tasks, isSecond: effect.isSecond }),
        );
      case 'HandBack':
        return recording.handBack(effect.tasks);
      case 'Refill':
        return this.refill();
      case 'WakeAt':
        return this.wakeAt(effect.webhookId, effect.at);
      case 'NoteAttempt':
      case 'NoteEnd':
        return;
    }
  }

  private wakeAt(webhookId: string, at: number): void {
    const wake = Symbol();
    this.wakes.set(webhookId, wake);
    this.host.after(Math.max(0, at - this.world.clock.now), () => {
      if (this.wakes.get(webhookId) !== wake) return;
      this.wakes.delete(webhookId);
      this.tell({ type: 'Tick', webhookId });
    });
  }

  private send(effect: Send): void {
    const { world, host } = this;
    const { task } = effect;
    const { nextAttempt } = task;
    this.attempts.add(task);
    const connectMs = world.random.chance(0.1) ? SLOW_CONNECT_MS : CONNECT_MS;
    host.after(world.random.whole(0, connectMs), () => {
      if (world.random.chance(0.002)) {
        world.story.tell(() => `${host.name} cannot open the secret for ${task.id}`);
        return this.tell({ type: 'AttemptBroke', task });
      }
      if (this.scheduler.mayBegin(task)) return this.post(effect, nextAttempt);
      world.story.tell(() => `${host.name} withholds ${task.id}`);
      this.attempts.delete(task);
      this.tell({ type: 'AttemptWithheld', task });
    });
  }

  private post(effect: Send, attempt: number): void {
    const { world, host } = this;
    const { task, webhook } = effect;
    const endsAt = effect.at.getTime() + (webhook.requestTimeoutMs ?? world.settings.requestTimeoutMs);
    const timeoutMs = Math.max(1, endsAt - world.clock.now);
    const post = world.beginPost(task, attempt, host.name, effect.at.getTime());
    if (world.trouble.isPlatformAtFault()) {
      post.isOurFault = true;
      return this.endLater(effect, post, world.random.whole(1, 40), 'network', null);
    }
    const { afterMs, status, retryAfter } = world.receivers.answer(task.webhookId, world.clock.now);
    if (status === null || afterMs >= timeoutMs) return this.endLater(effect, post, timeoutMs, 'timeout', null);
    world.clock.after(afterMs, () => {
      post.statusCode = status;
      post.retryAfterMs = status === 429 ? retryAfterMs(retryAfter, world.clock.now) : null;
    });
    const failure = status === 200 ? null : status === 410 ? 'gone' : status === 429 ? 'throttled' : 'http_status';
    this.endLater(effect, post, afterMs, failure, retryAfter ?? null);
  }

  private endLater(
    effect: Send,
    post: Post,
    afterMs: number,
    failure: keyof typeof FAILURE | null,
    retryAfter: string | null,
  ): void {
    const { world, host } = this;
    world.clock.after(afterMs, () => {
      world.endPost(post, failure);
      host.run(() => this.judge(effect, post, failure, retryAfter));
    });
  }

  /** An attempt that got no answer waits for the verdict whose fault that is. */
  private judge(effect: Send, post: Post, failure: keyof typeof FAILURE | null, retryAfter: string | null): void {
    const { world, platform } = this;
    const endedAt = world.clock.now;
    const finish = (judged: keyof typeof FAILURE | null): void =>
      this.finish(effect, post, endedAt, judged, retryAfter);
    platform.noteAnswer(post.webhookId, failure !== 'network' && failure !== 'timeout');
    if (failure !== 'network' && failure !== 'timeout') return finish(failure);
    const verdict = platform.judge(failure === 'network', (isOurFault) => finish(isOurFault ? 'network' : failure));
    if (verdict === 'awaited') this.tell({ type: 'VerdictAwaited', task: effect.task });
    else finish(verdict === 'platform' ? 'network' : failure);
  }

  private finish(
    { task, at }: Send,
    post: Post,
    endedAtMs: number,
    failure: keyof typeof FAILURE | null,
    retryAfter: string | null,
  ): void {
    const facts = {
      attempt: post.attempt,
      cause: task.cause,
      startedAt: at.toISOString(),
      endedAt: new Date(endedAtMs).toISOString(),
      durationMs: endedAtMs - at.getTime(),
      owner: this.host.name,
      epoch: task.claim.epoch,
      response: post.statusCode === null ? null : { statusCode: post.statusCode },
    };
    const result = {
      facts,
      endedAtMs,
      failure: failure && FAILURE[failure],
      retryAfterMs: failure === 'throttled' ? retryAfterMs(retryAfter ?? undefined, endedAtMs) : null,
      final: failure === 'gone',
    };
    const attempt = { prepared: { task, startedAt: at }, result } as unknown as CompletedAttempt;
    this.tell({ type: 'AttemptEnded', task, attempt });
  }
}
