import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import type { Breaker, Breakers } from './breaker/breaker.ts';
import { afterFailure, afterSuccess, isRowLong, isWindowBad, NO_FAILURES, probeDelayMs } from './circuit.policy.ts';
import type { CircuitRules, EndedAttempt, FailureRow } from './circuit.policy.ts';
import { Ramp } from './ramp.ts';
import type { OpenCircuit, StoredCircuit } from './stored-circuit.ts';

/** What a circuit does to its webhook's deliveries: `probe` lets exactly one attempt through. */
export type CircuitState = 'closed' | 'open' | 'probe';
export type CircuitChange = 'open' | 'half_open' | 'closed';

/** Receives the changes of circuits, for the rest of dispatch. */
export interface CircuitListener {
  /** A circuit would let a probe through, or has closed: the webhook's queue may go on. */
  passable(webhookId: string): void;
  /** A circuit opened (once more), lets a probe through, or closed. */
  changed(webhookId: string, partition: number, to: CircuitChange): void;
  /** The circuit has changed, and has to be stored. */
  noted(webhookId: string, partition: number): void;
}

/** The things that all circuits share. */
export interface CircuitParts {
  readonly rules: CircuitRules;
  /** POSTs to one webhook at once. */
  readonly perWebhook: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly listener: CircuitListener;
  /** The webhook's present `activeSince`, milliseconds since the epoch; null: not known. */
  readonly activeSinceOf: (webhookId: string) => number | null;
  readonly breakers: Breakers;
}

/** The circuit of one webhook. The effects of a method are complete when it returns. `circuit.policy.ts` decides when it opens and when it probes. */
export class Circuit {
  /** The window of the last attempts, and the time until the next probe. */
  private readonly breaker: Breaker;
  private failures: FailureRow = NO_FAILURES;
  /** The webhook's `activeSince` when the first of them ended, milliseconds since the epoch; null: not known. */
  private activeSince: number | null = null;
  /** How often it opened since the last success: the step of the probe schedule. */
  private openings = 0;
  /** When the circuit opened for the first time since it was last closed. */
  private openedAt = 0;
  private plannedProbeAt = 0;
  private isProbing = false;
  /** A person asked for the next probe. */
  private isAskedFor = false;
  private readonly ramp: Ramp;

  constructor(
    readonly webhookId: string,
    readonly partition: number,
    private readonly parts: CircuitParts,
  ) {
    this.ramp = new Ramp(parts.perWebhook);
    this.breaker = parts.breakers.make(this.parts.now(), () => this.passable('half_open'));
  }

  get isClosed(): boolean {
    return this.breaker.state === 'closed';
  }

  get state(): CircuitState {
    const { state } = this.breaker;
    if (state === 'closed') return 'closed';
    return state === 'half_open' && !this.isProbing ? 'probe' : 'open';
  }

  get slots(): number {
    return this.ramp.slots;
  }

  /** When it lets its next probe through; null: it is not open. */
  get probeAt(): number | null {
    return this.breaker.state === 'open' ? this.plannedProbeAt : null;
  }

  /** No failure in a row, none in the window, and no ramp that is in use. */
  get isHealthy(): boolean {
    const hasFailed = this.failures.count > 0 || this.breaker.window.failures > 0;
    return this.isClosed && !hasFailed && !this.ramp.isInUse(this.parts.now());
  }

  begin(): AttemptCause {
    if (this.breaker.state !== 'half_open') return 'schedule';
    this.isProbing = true;
    return this.isAskedFor ? 'asked_probe' : 'probe';
  }

  giveUp(): void {
    this.isProbing = false;
  }

  find(): OpenCircuit | null {
    if (this.isClosed) return null;
    const { webhookId, partition, openings, openedAt, plannedProbeAt } = this;
    return { webhookId, partition, openings, openedAt, probeAt: plannedProbeAt };
  }

  stored(): StoredCircuit | null {
    if (this.isClosed && this.failures.count === 0) return null;
    const { webhookId, partition, failures, activeSince, openings, openedAt, plannedProbeAt } = this;
    const open = this.isClosed ? null : { openedAt, probeAt: plannedProbeAt };
    return { webhookId, partition, failures, activeSince, openings, open };
  }

  /** Takes over what a former owner has stored. Attempts may have ended here since the partition was taken: they are added. */
  restore({ failures, activeSince, openings, open }: StoredCircuit): void {
    const count = failures.count + this.failures.count;
    this.failures = { count, lastEndedAt: this.failures.lastEndedAt ?? failures.lastEndedAt };
    this.activeSince = activeSince;
    this.openings += openings;
    if (!open || !this.isClosed) return;
    this.openedAt = open.openedAt;
    this.plannedProbeAt = open.probeAt;
    const now = this.parts.now();
    if (open.probeAt > now) this.breaker.open(open.probeAt, now);
    else this.breaker.halfOpen(now);
  }

  failed(attempt: EndedAttempt): void {
    const before = this.failures;
    const now = this.parts.now();
    if (this.isClosed && before.count === 0) this.activeSince = this.parts.activeSinceOf(this.webhookId);
    this.failures = afterFailure(before, attempt);
    this.ramp.ended('failed', now);
    if (this.failures !== before) this.noted();
    if (this.isClosed) {
      this.breaker.record('failed', now);
      if (isRowLong(this.failures, this.parts.rules) || isWindowBad(this.breaker.window)) this.open();
    } else if (attempt.cause === 'asked_probe') this.openAgainAsBefore();
    // While the circuit is half-open any failure counts like a failure of the probe.
    else if (attempt.cause === 'probe' || this.breaker.state === 'half_open') this.open();
  }

  succeeded({ cause }: EndedAttempt): void {
    const hadFailures = this.failures.count > 0;
    this.failures = afterSuccess(this.failures);
    this.openings = 0;
    if (hadFailures) this.noted();
    if (this.isClosed) {
      const now = this.parts.now();
      this.ramp.ended('succeeded', now);
      this.breaker.record('succeeded', now);
    }
    // A scheduled attempt that ends while the circuit is open began before it opened. Its success closes nothing: a receiver
    // that fails every second time has such successes, too.
    else if (cause !== 'schedule' || this.breaker.state === 'half_open') this.close();
  }

  /** @returns false if it is closed or a probe is on the wire */
  probeNow(): boolean {
    if (this.isClosed || this.isProbing) return false;
    this.isAskedFor = true;
    if (this.breaker.state === 'open') {
      this.breaker.halfOpen(this.parts.now());
      this.passable('half_open');
    }
    return true;
  }

  closeUnproven(): void {
    if (!this.isClosed && !this.isProbing) this.close();
  }

  /** Its failures belong to the webhook's present enabling, if that was not known. */
  belongsToPresent(): void {
    if (this.activeSince !== null) return;
    this.activeSince = this.parts.activeSinceOf(this.webhookId);
    if (this.activeSince !== null) this.noted();
  }

  /** It is forgotten, and dispatch goes on as if it was closed. */
  reset(): void {
    if (!this.isClosed) this.changed('closed');
    this.stop();
    this.noted();
    this.parts.listener.passable(this.webhookId);
  }

  stop(): void {
    this.breaker.stop();
  }

  private open(): void {
    const now = this.parts.now();
    if (this.isClosed) this.openedAt = now;
    this.openings += 1;
    this.plannedProbeAt = now + probeDelayMs(this.parts.rules, this.openings);
    this.openUntilProbe(now);
  }

  /** A probe that a person asked for has failed: the schedule goes on as if there had been no such probe. */
  private openAgainAsBefore(): void {
    const now = this.parts.now();
    if (this.plannedProbeAt <= now) this.plannedProbeAt = now + probeDelayMs(this.parts.rules, this.openings);
    this.openUntilProbe(now);
  }

  private openUntilProbe(now: number): void {
    this.isProbing = false;
    this.isAskedFor = false;
    this.ramp.cancel();
    this.breaker.open(this.plannedProbeAt, now);
    this.changed('open');
    this.noted();
  }

  private close(): void {
    const now = this.parts.now();
    this.isProbing = false;
    this.isAskedFor = false;
    this.ramp.begin(now);
    this.breaker.close(now);
    this.noted();
    this.passable('closed');
  }

  private passable(to: CircuitChange): void {
    this.changed(to);
    this.parts.listener.passable(this.webhookId);
  }

  private changed(to: CircuitChange): void {
    this.parts.listener.changed(this.webhookId, this.partition, to);
  }

  private noted(): void {
    this.parts.listener.noted(this.webhookId, this.partition);
  }
}
