import type { EndedAttempt } from './circuit.policy.ts';
import { rampAfter } from './circuit.policy.ts';

/** A ramp ends when its webhook has had no attempt for this time, milliseconds. */
const IDLE_MS = 60_000;

/** Limits how many POSTs a webhook has at once after its circuit has closed. `rampAfter` decides the steps. */
export class Ramp {
  /** POSTs at once; null: no limit. */
  private most: number | null = null;
  private usedAt = 0;

  /** @param perWebhook POSTs to one webhook at once without a ramp */
  constructor(private readonly perWebhook: number) {}

  get slots(): number {
    return this.most ?? Number.POSITIVE_INFINITY;
  }

  begin(now: number): void {
    this.most = 1;
    this.usedAt = now;
  }

  ended(outcome: EndedAttempt['outcome'], now: number): void {
    this.most = rampAfter(this.most, outcome, this.perWebhook);
    this.usedAt = now;
  }

  cancel(): void {
    this.most = null;
  }

  isInUse(now: number): boolean {
    return this.most !== null && this.usedAt > now - IDLE_MS;
  }
}
