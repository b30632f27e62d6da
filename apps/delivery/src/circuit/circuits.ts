import CircuitBreaker from 'opossum';
import type { Clock } from '@signet/contracts';
import { scheduledDelayMs } from '../delivery/retry-schedule.ts';
import type { RetryPolicy } from '../delivery/retry-schedule.ts';
import { BucketRotation } from './bucket-rotation.ts';
import type { OpenCircuit } from './circuit.records.ts';

/** A circuit opens when at least this many attempts failed within the window and half of all did. */
export const FAILURES_TO_OPEN = 5;
const WINDOW_MS = 10_000;
const WINDOW_BUCKETS = 2;

/** A circuit that may probe and finds nothing to send for so long is forgotten, milliseconds. */
const IDLE_MS = 3_600_000;

/**
 * Circuits at once, some 5 KB each. Where more webhooks than this fail within ten seconds it is hardly their own fault, and
 * those beyond go on without one.
 */
const MAX_CIRCUITS = 20_000;

/** What a circuit does to its webhook's deliveries: `probe` lets exactly one attempt through. */
export type CircuitState = 'closed' | 'open' | 'probe';

interface Circuit {
  readonly partition: number;
  readonly breaker: CircuitBreaker<[AttemptOutcome], void>;
  /** How often it opened since it last closed: the step of the probe schedule. */
  openings: number;
  /** When it opened first since it last closed. */
  openedAt: number;
  probeAt: number;
  probing: boolean;
}

/** What the rest of dispatch hears of circuits. */
export interface CircuitListener {
  /** A circuit would let a probe through, or has closed: the webhook's queue may go on. */
  passable(webhookId: string): void;
  /** A circuit opened (once more), lets a probe through, or closed. */
  changed(webhookId: string, partition: number, to: CircuitChange): void;
}
export type CircuitChange = 'open' | 'half_open' | 'closed';

type AttemptOutcome = 'succeeded' | 'failed';

const FAILED = new Error('The attempt failed.');
/** The breaker's action only tells it how an attempt ended: the attempt itself has run outside of it. */
const report = (outcome: AttemptOutcome): Promise<void> =>
  outcome === 'failed' ? Promise.reject(FAILED) : Promise.resolve();

/**
 * One circuit per webhook, transient and in memory. A webhook has none until an attempt fails, and loses it when its
 * window holds no failure any more, so that 100,000 healthy webhooks cost nothing.
 */
export class Circuits {
  private readonly circuits = new Map<string, Circuit>();
  private readonly rotation = new BucketRotation(WINDOW_MS / WINDOW_BUCKETS, () => this.letGoOfHealthy());

  constructor(
    private readonly policy: RetryPolicy,
    private readonly clock: Clock,
    private readonly listener: CircuitListener,
  ) {}

  state(webhookId: string): CircuitState {
    const circuit = this.circuits.get(webhookId);
    if (!circuit || circuit.breaker.closed) return 'closed';
    return circuit.breaker.halfOpen && !circuit.probing ? 'probe' : 'open';
  }

  /** To be called when a POST begins: where it is a probe, no second one goes with it. */
  begin(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    if (circuit?.breaker.halfOpen) circuit.probing = true;
  }

  /** A POST that began came to nothing, and says nothing about the webhook: where it was the probe, another may go. */
  giveUp(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    if (circuit) circuit.probing = false;
  }

  /** When an open circuit lets its next probe through, in milliseconds since the epoch; null when it is closed. */
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

  /**
   * Tells the webhook's circuit how an attempt ended. Resolves when it has taken notice, which opossum does a moment later:
   * whoever asked its state before might send one more to a webhook that has just failed too often. Nothing of a healthy one.
   */
  record(webhookId: string, outcome: AttemptOutcome, partition: number): Promise<void> | undefined {
    let circuit = this.circuits.get(webhookId);
    if (!circuit) {
      if (outcome === 'succeeded' || this.circuits.size >= MAX_CIRCUITS) return undefined;
      circuit = this.create(webhookId, partition);
    }
    // Rejections are the breaker's own news of failure or of being open; both are known here.
    return circuit.breaker.fire(outcome).catch(() => undefined);
  }

  /** Forgets the circuits of these partitions' webhooks: whoever serves them now finds out for itself. */
  forget(partitions: readonly number[]): void {
    for (const [webhookId, { partition, breaker }] of this.circuits) {
      if (!partitions.includes(partition)) continue;
      this.circuits.delete(webhookId);
      breaker.shutdown();
    }
  }

  /** Forgets a webhook's circuit, because its URL, headers or secret changed. */
  reset(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    if (!circuit) return;
    const wasClosed = circuit.breaker.closed;
    this.circuits.delete(webhookId);
    circuit.breaker.shutdown();
    if (!wasClosed) this.listener.changed(webhookId, circuit.partition, 'closed');
    this.listener.passable(webhookId);
  }

  /** Number of circuits, those included that are closed because too few attempts have failed yet. */
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
    const breaker = new CircuitBreaker(report, {
      timeout: false,
      rollingCountTimeout: WINDOW_MS,
      rollingCountBuckets: WINDOW_BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.rotation.controller,
      // opossum's own rule is a percentage of all fires; ours, in the failure listener, counts ended attempts.
      volumeThreshold: Number.MAX_SAFE_INTEGER,
    });
    const circuit: Circuit = { partition, breaker, openings: 0, openedAt: 0, probeAt: 0, probing: false };
    breaker.on('failure', () => {
      const { failures, successes } = breaker.stats;
      const failed = breaker.closed && failures >= FAILURES_TO_OPEN && failures >= successes;
      // While half-open any failure is the probe's, or as telling as the probe's.
      if (failed || breaker.halfOpen) this.open(webhookId, circuit);
    });
    breaker.on('halfOpen', () => {
      this.listener.changed(webhookId, partition, 'half_open');
      this.listener.passable(webhookId);
    });
    breaker.on('close', () => {
      circuit.openings = 0;
      circuit.probing = false;
      this.listener.changed(webhookId, partition, 'closed');
      this.listener.passable(webhookId);
    });
    this.circuits.set(webhookId, circuit);
    this.rotation.start();
    return circuit;
  }

  private open(webhookId: string, circuit: Circuit): void {
    const now = this.clock().getTime();
    if (circuit.openings === 0) circuit.openedAt = now;
    circuit.openings += 1;
    circuit.probing = false;
    const wait = scheduledDelayMs(this.policy, circuit.openings);
    circuit.probeAt = now + wait;
    // opossum reads the option each time that it opens.
    (circuit.breaker as unknown as { options: { resetTimeout: number } }).options.resetTimeout = wait;
    circuit.breaker.open();
    this.listener.changed(webhookId, circuit.partition, 'open');
  }

  private letGoOfHealthy(): void {
    const longAgo = this.clock().getTime() - IDLE_MS;
    for (const [webhookId, { breaker, partition, probing, probeAt }] of this.circuits) {
      const isHealthy = breaker.closed && breaker.stats.failures === 0;
      const isIdle = breaker.halfOpen && !probing && probeAt < longAgo;
      if (!isHealthy && !isIdle) continue;
      this.circuits.delete(webhookId);
      breaker.shutdown();
      if (isIdle) this.listener.changed(webhookId, partition, 'closed');
    }
    if (this.circuits.size === 0) this.rotation.stop();
  }
}
