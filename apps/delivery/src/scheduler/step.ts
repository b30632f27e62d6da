import type { Effect } from './effects.ts';
import type { SchedulerEvent } from './events.ts';

/** One call of `Scheduler.step`: its time and what may begin, and what it has led to so far. The parts of the scheduler share it. */
export class Step {
  /** Milliseconds since the epoch. */
  now = 0;
  /** No POST starts: the waiting deliveries may soon belong to another replica. */
  isSuspended = true;
  /** No POST starts any more: this replica ends. */
  isDraining = false;
  private effects: Effect[] = [];
  private readonly followUps: SchedulerEvent[] = [];

  /** Whether POSTs may start. */
  get isServing(): boolean {
    return !this.isSuspended && !this.isDraining;
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  /** The event is handled when the present one has been. */
  followUp(event: SchedulerEvent): void {
    this.followUps.push(event);
  }

  nextFollowUp(): SchedulerEvent | undefined {
    return this.followUps.shift();
  }

  takeEffects(): Effect[] {
    const { effects } = this;
    this.effects = [];
    return effects;
  }
}
