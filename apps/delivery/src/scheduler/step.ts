import type { Effect } from './effects.ts';
import type { SchedulerEvent } from './events.ts';

/** `suspended`: no POST starts, the waiting deliveries may soon belong to another replica. `draining`: this replica ends. */
export type Mode = 'serving' | 'suspended' | 'draining';

/** One call of `Scheduler.step`: its time and mode, and what it has led to so far. The parts of the scheduler share it. */
export class Step {
  /** Milliseconds since the epoch. */
  now = 0;
  mode: Mode = 'suspended';
  private effects: Effect[] = [];
  private readonly followUps: SchedulerEvent[] = [];

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
