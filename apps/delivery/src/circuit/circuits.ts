import type { Clock } from '@signet/contracts';
import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import { Breakers, BUCKET_MS, tell } from './breakers.ts';
import type { Breaker } from './breakers.ts';
import { BucketRotation } from './bucket-rotation.ts';
import {
  afterFailure,
  afterSuccess,
  isRowLong,
  isWindowBad,
  NO_FAILURES,
  probeDelayMs,
  rampAfter,
} from './circuit.policy.ts';
import type { CircuitRules, EndedAttempt, FailureRow } from './circuit.policy.ts';
import type { OpenCircuit, StoredCircuit } from './stored-circuit.ts';

/** A ramp after closing ends when the webhook has had no attempt for this time, milliseconds. */
const RAMP_MS = 60_000;

/**
 * Circuits at once, some 5 KB each. If more webhooks than this fail, it is judged unlikely to be their own fault, and further
 * webhooks get no circuit: their deliveries are tried on the schedule alone.
 */
const MAX_CIRCUITS = 20_000;

/** What a circuit does to its webhook's deliveries: `probe` lets exactly one attempt through. */
export type CircuitState = 'closed' | 'open' | 'probe';

interface Circuit {
  readonly partition: number;
  /** The statistics of the window, and the time until the next probe. */
  breaker: Breaker;
  failures: FailureRow;
  /** The webhook's `activeSince` when the first of them ended, milliseconds since the epoch; null: not known. */
  activeSince: number | null;
  /** How often it opened since the last success: the step of the probe schedule. */
  openings: number;
  /** When the circuit opened for the first time since it was last closed. */
  openedAt: number;
  probeAt: number;
  isProbing: boolean;
  /** A person asked for the next probe. */
  isAskedFor: boolean;
  /** POSTs at once since it closed; null: no limit. */
  ramp: number | null;
  rampedAt: number;
}

/** Receives the changes of circuits, for the rest of dispatch. */
export interface CircuitListener {
  /** A circuit would let a probe through, or has closed: the webhook's queue may go on. */
  passable(webhookId: string): void;
  /** A circuit opened (once more), lets a probe through, or closed. */
  changed(webhookId: string, partition: number, to: CircuitChange): void;
  /** The circuit has changed, and has to be stored. */
  noted(webhookId: string, partition: number): void;
}
export type CircuitChange = 'open' | 'half_open' | 'closed';

/**
 * One circuit per webhook, in memory; `CircuitRecords` stores what must survive a restart. A webhook has no circuit until an
 * attempt fails. It loses the circuit when it has no failure in a row and none in its window, so that 100,000 healthy
 * webhooks cost nothing. `circuit.policy.ts` decides when a circuit opens and when it probes.
 */
export class Circuits {
  private readonly circuits = new Map<string, Circuit>();
  private readonly rotation = new BucketRotation(BUCKET_MS, () => this.letGoOfHealthy());
  private readonly breakers = new Breakers(this.rotation.controller);

  constructor(
    private readonly rules: CircuitRules,
    /** POSTs to one webhook at once. */
    private readonly perWebhook: number,
    private readonly clock: Clock,
    private readonly listener: CircuitListener,
    /** The webhook's present `activeSince`, milliseconds since the epoch; null: not known. */
    private readonly activeSinceOf: (webhookId: string) => number | null,
  ) {}

  state(webhookId: string): CircuitState {
    const circuit = this.circuits.get(webhookId);
    if (!circuit || circuit.breaker.closed) return 'closed';
    return circuit.breaker.halfOpen && !circuit.isProbing ? 'probe' : 'open';
  }

  /** How many POSTs to the webhook its circuit allows at once. */
  slots(webhookId: string): number {
    return this.circuits.get(webhookId)?.ramp ?? Number.POSITIVE_INFINITY;
  }

  /** To be called when a POST begins that no person asked for. A half-open circuit then lets no second POST through. */
  begin(webhookId: string): AttemptCause {
    const circuit = this.circuits.get(webhookId);
    if (!circuit?.breaker.halfOpen) return 'schedule';
    circuit.isProbing = true;
    return circuit.isAskedFor ? 'asked_probe' : 'probe';
  }

  /**
   * A POST that had begun was not made, or failed by the platform's fault: it says nothing about the webhook. If it was the
   * probe, another may go.
   */
  giveUp(webhookId: string, cause: AttemptCause): void {
    const circuit = this.circuits.get(webhookId);
    if (circuit && cause !== 'person') circuit.isProbing = false;
  }

  /** When an open circuit lets its next probe through, in milliseconds since the epoch; null when it is not open. */
  probeAt(webhookId: string): number | null {
    const circuit = this.circuits.get(webhookId);
    return circuit?.breaker.opened ? circuit.probeAt : null;
  }

  /** The webhook's circuit, if it is not closed. */
  find(webhookId: string): OpenCircuit | null {
    const circuit = this.circuits.get(webhookId);
    if (!circuit || circuit.breaker.closed) return null;
    const { partition, openings, openedAt, probeAt } = circuit;
    return { webhookId, partition, openings, openedAt, probeAt };
  }

  /** The parts of the circuit that have to survive a restart; null: none. */
  stored(webhookId: string): StoredCircuit | null {
    const circuit = this.circuits.get(webhookId);
    if (!circuit || (circuit.breaker.closed && circuit.failures.count === 0)) return null;
    const { partition, failures, activeSince, openings, openedAt, probeAt, breaker } = circuit;
    const open = breaker.closed ? null : { openedAt, probeAt };
    return { webhookId, partition, failures, activeSince, openings, open };
  }

  /**
   * Tells the webhook's circuit how an attempt ended. The circuit has opened or closed when this returns. Does nothing for a
   * success of a webhook without a circuit.
   */
  record(webhookId: string, attempt: EndedAttempt, partition: number): void {
    const isFailure = attempt.outcome === 'failed';
    // A failed attempt that a person asked for changes neither the failures in a row nor the probe schedule.
    if (isFailure && attempt.cause === 'person') return;
    const circuit = this.circuits.get(webhookId);
    if (circuit && !isFailure) this.succeeded(webhookId, circuit, attempt);
    else if (circuit) this.failed(webhookId, circuit, attempt);
    else if (isFailure && this.circuits.size < MAX_CIRCUITS)
      this.failed(webhookId, this.create(webhookId, partition), attempt);
  }

  /** Takes over the circuits that a former owner has stored. */
  restore(stored: readonly StoredCircuit[]): void {
    for (const { webhookId, partition, failures, activeSince, openings, open } of stored) {
      const known = this.circuits.get(webhookId);
      if (!known && this.circuits.size >= MAX_CIRCUITS) continue;
      const circuit = known ?? this.create(webhookId, partition);
      // An attempt may have failed between the claim and this call: it counts as one more failure in a row.
      const count = failures.count + circuit.failures.count;
      const lastEndedAt = circuit.failures.lastEndedAt ?? failures.lastEndedAt;
      Object.assign(circuit, { failures: { count, lastEndedAt }, activeSince, openings: openings + circuit.openings });
      if (!open || !circuit.breaker.closed) continue;
      Object.assign(circuit, open);
      const waitMs = open.probeAt - this.clock().getTime();
      this.use(webhookId, circuit, waitMs > 0 ? this.breakers.open(waitMs) : this.breakers.halfOpen());
    }
  }

  /**
   * Lets a probe through now, because a person asked for it. If it fails, the next probe comes at the time that was planned.
   * Returns false if the circuit is closed or a probe is on the wire.
   */
  probeNow(webhookId: string): boolean {
    const circuit = this.circuits.get(webhookId);
    if (!circuit || circuit.breaker.closed || circuit.isProbing) return false;
    circuit.isAskedFor = true;
    if (circuit.breaker.opened) this.halfOpen(webhookId, circuit);
    return true;
  }

  /**
   * Closes an open circuit whose webhook has no delivery for a probe. The failures in a row stay counted: the next failure
   * opens it again.
   */
  closeUnproven(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    if (circuit && !circuit.breaker.closed && !circuit.isProbing) this.closeOne(webhookId, circuit);
  }

  /** Forgets the circuits of these partitions' webhooks: another replica takes them over from the table. */
  forget(partitions: readonly number[]): void {
    for (const [webhookId, { partition, breaker }] of this.circuits) {
      if (!partitions.includes(partition)) continue;
      this.circuits.delete(webhookId);
      breaker.shutdown();
    }
  }

  /** Forgets a webhook's circuit with its failures in a row: the webhook was enabled, or deleted. */
  reset(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    if (!circuit) return;
    const wasClosed = circuit.breaker.closed;
    this.circuits.delete(webhookId);
    circuit.breaker.shutdown();
    if (!wasClosed) this.listener.changed(webhookId, circuit.partition, 'closed');
    this.listener.noted(webhookId, circuit.partition);
    this.listener.passable(webhookId);
  }

  /**
   * For a circuit from a row of an older release, which has no `activeSince`: its failures were found to have begun after the
   * webhook was last enabled.
   */
  belongsToPresent(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    if (!circuit || circuit.activeSince !== null) return;
    circuit.activeSince = this.activeSinceOf(webhookId);
    if (circuit.activeSince !== null) this.listener.noted(webhookId, circuit.partition);
  }

  ids(): string[] {
    return [...this.circuits.keys()];
  }

  idsOf(partition: number): string[] {
    return this.ids().filter((id) => this.circuits.get(id)?.partition === partition);
  }

  /** Number of circuits in memory: open, half-open and closed circuits. */
  get size(): number {
    return this.circuits.size;
  }

  /** Number of circuits that are not closed. */
  openCount(): number {
    let open = 0;
    for (const { breaker } of this.circuits.values()) if (!breaker.closed) open++;
    return open;
  }

  /** Up to so many circuits that are not closed, those open for longest first. */
  longestOpen(limit: number): OpenCircuit[] {
    const open = [...this.circuits.keys()].flatMap((webhookId) => this.find(webhookId) ?? []);
    return open.sort((a, b) => a.openedAt - b.openedAt).slice(0, limit);
  }

  close(): void {
    this.rotation.stop();
    for (const { breaker } of this.circuits.values()) breaker.shutdown();
    this.circuits.clear();
  }

  private create(webhookId: string, partition: number): Circuit {
    const circuit: Circuit = {
      partition,
      breaker: this.breakers.closed(),
      failures: NO_FAILURES,
      activeSince: null,
      openings: 0,
      openedAt: 0,
      probeAt: 0,
      isProbing: false,
      isAskedFor: false,
      ramp: null,
      rampedAt: 0,
    };
    this.use(webhookId, circuit, circuit.breaker);
    this.circuits.set(webhookId, circuit);
    this.rotation.start();
    return circuit;
  }

  /** Each state has a breaker of its own, made by opossum's constructor: a timer that is running cannot be set anew. */
  private use(webhookId: string, circuit: Circuit, breaker: Breaker): void {
    if (circuit.breaker !== breaker) circuit.breaker.shutdown();
    circuit.breaker = breaker;
    breaker.on('failure', () => {
      if (breaker.closed && isWindowBad(breaker.stats)) this.open(webhookId, circuit);
    });
    breaker.on('halfOpen', () => this.passable(webhookId, circuit, 'half_open'));
  }

  private failed(webhookId: string, circuit: Circuit, attempt: EndedAttempt): void {
    const before = circuit.failures;
    if (circuit.breaker.closed && before.count === 0) circuit.activeSince = this.activeSinceOf(webhookId);
    circuit.failures = afterFailure(before, attempt);
    circuit.ramp = rampAfter(circuit.ramp, attempt.outcome, this.perWebhook);
    if (circuit.failures !== before) this.listener.noted(webhookId, circuit.partition);
    const { breaker } = circuit;
    if (breaker.closed) {
      if (isRowLong(circuit.failures, this.rules)) this.open(webhookId, circuit);
      else tell(breaker, 'failed');
    } else if (attempt.cause === 'asked_probe') this.openAgainAsBefore(webhookId, circuit);
    // While the circuit is half-open any failure counts like a failure of the probe.
    else if (attempt.cause === 'probe' || breaker.halfOpen) this.open(webhookId, circuit);
  }

  private succeeded(webhookId: string, circuit: Circuit, { cause }: EndedAttempt): void {
    const { breaker } = circuit;
    const hadFailures = circuit.failures.count > 0;
    circuit.failures = afterSuccess(circuit.failures);
    circuit.openings = 0;
    if (hadFailures) this.listener.noted(webhookId, circuit.partition);
    if (breaker.closed) {
      circuit.ramp = rampAfter(circuit.ramp, 'succeeded', this.perWebhook);
      circuit.rampedAt = this.clock().getTime();
      tell(breaker, 'succeeded');
      return;
    }
    // A scheduled attempt that ends while the circuit is open began before it opened. Its success closes nothing: a receiver
    // that fails every second time has such successes, too.
    if (cause !== 'schedule' || breaker.halfOpen) this.closeOne(webhookId, circuit);
  }

  private open(webhookId: string, circuit: Circuit): void {
    const now = this.clock().getTime();
    if (circuit.breaker.closed) circuit.openedAt = now;
    circuit.openings += 1;
    circuit.probeAt = now + probeDelayMs(this.rules, circuit.openings);
    this.openUntilProbe(webhookId, circuit);
  }

  /** A probe that a person asked for has failed: the schedule goes on as if there had been no such probe. */
  private openAgainAsBefore(webhookId: string, circuit: Circuit): void {
    const now = this.clock().getTime();
    if (circuit.probeAt <= now) circuit.probeAt = now + probeDelayMs(this.rules, circuit.openings);
    this.openUntilProbe(webhookId, circuit);
  }

  private openUntilProbe(webhookId: string, circuit: Circuit): void {
    circuit.isProbing = false;
    circuit.isAskedFor = false;
    circuit.ramp = null;
    this.use(webhookId, circuit, this.breakers.open(circuit.probeAt - this.clock().getTime()));
    this.listener.changed(webhookId, circuit.partition, 'open');
    this.listener.noted(webhookId, circuit.partition);
  }

  private halfOpen(webhookId: string, circuit: Circuit): void {
    this.use(webhookId, circuit, this.breakers.halfOpen());
    this.passable(webhookId, circuit, 'half_open');
  }

  private closeOne(webhookId: string, circuit: Circuit): void {
    circuit.isProbing = false;
    circuit.isAskedFor = false;
    circuit.ramp = 1;
    circuit.rampedAt = this.clock().getTime();
    this.use(webhookId, circuit, this.breakers.closed());
    this.listener.noted(webhookId, circuit.partition);
    this.passable(webhookId, circuit, 'closed');
  }

  private passable(webhookId: string, { partition }: Circuit, to: CircuitChange): void {
    this.listener.changed(webhookId, partition, to);
    this.listener.passable(webhookId);
  }

  private letGoOfHealthy(): void {
    const longAgo = this.clock().getTime() - RAMP_MS;
    for (const [webhookId, { breaker, failures, ramp, rampedAt }] of this.circuits) {
      const isHealthy = breaker.closed && failures.count === 0 && breaker.stats.failures === 0;
      if (!isHealthy || (ramp !== null && rampedAt > longAgo)) continue;
      this.circuits.delete(webhookId);
      breaker.shutdown();
    }
    if (this.circuits.size === 0) this.rotation.stop();
  }
}
