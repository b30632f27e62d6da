import type { Clock } from '@signet/contracts';
import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import type { Breakers } from './breaker/breaker.ts';
import { OpossumBreakers } from './breaker/opossum-breakers.ts';
import { Circuit } from './circuit.ts';
import type { CircuitListener, CircuitParts, CircuitState } from './circuit.ts';
import type { CircuitRules, EndedAttempt } from './circuit.policy.ts';
import type { OpenCircuit, StoredCircuit } from './stored-circuit.ts';

export type { CircuitChange, CircuitListener, CircuitState } from './circuit.ts';

/**
 * Circuits at once, some 5 KB each. If more webhooks than this fail, it is judged unlikely to be their own fault, and further
 * webhooks get no circuit: their deliveries are tried on the schedule alone.
 */
const MAX_CIRCUITS = 20_000;

/**
 * One circuit per webhook, in memory; `CircuitRecords` stores what must survive a restart. A webhook has no circuit until an
 * attempt fails. It loses the circuit when it has no failure in a row and none in its window, so that 100,000 healthy
 * webhooks cost nothing.
 */
export class Circuits {
  private readonly circuits = new Map<string, Circuit>();
  private readonly parts: CircuitParts;

  constructor(
    rules: CircuitRules,
    perWebhook: number,
    clock: Clock,
    listener: CircuitListener,
    activeSinceOf: (webhookId: string) => number | null,
    private readonly breakers: Breakers = new OpossumBreakers(),
  ) {
    this.parts = { rules, perWebhook, now: () => clock().getTime(), listener, activeSinceOf, breakers };
  }

  state(webhookId: string): CircuitState {
    return this.circuits.get(webhookId)?.state ?? 'closed';
  }

  /** How many POSTs to the webhook its circuit allows at once. */
  slots(webhookId: string): number {
    return this.circuits.get(webhookId)?.slots ?? Number.POSITIVE_INFINITY;
  }

  /** To be called when a POST begins that no person asked for. A half-open circuit then lets no second POST through. */
  begin(webhookId: string): AttemptCause {
    return this.circuits.get(webhookId)?.begin() ?? 'schedule';
  }

  /**
   * A POST that had begun was not made, or failed by the platform's fault: it says nothing about the webhook. If it was the
   * probe, another may go.
   */
  giveUp(webhookId: string, cause: AttemptCause): void {
    if (cause !== 'person') this.circuits.get(webhookId)?.giveUp();
  }

  /** When an open circuit lets its next probe through, in milliseconds since the epoch; null when it is not open. */
  probeAt(webhookId: string): number | null {
    return this.circuits.get(webhookId)?.probeAt ?? null;
  }

  /** The webhook's circuit, if it is not closed. */
  find(webhookId: string): OpenCircuit | null {
    return this.circuits.get(webhookId)?.find() ?? null;
  }

  /** The parts of the circuit that have to survive a restart; null: none. */
  stored(webhookId: string): StoredCircuit | null {
    return this.circuits.get(webhookId)?.stored() ?? null;
  }

  /**
   * Tells the webhook's circuit how an attempt ended. The circuit has opened or closed when this returns. Does nothing for a
   * success of a webhook without a circuit.
   */
  record(webhookId: string, attempt: EndedAttempt, partition: number): void {
    const isFailure = attempt.outcome === 'failed';
    // A failed attempt that a person asked for changes neither the failures in a row nor the probe schedule.
    if (isFailure && attempt.cause === 'person') return;
    if (isFailure) (this.circuits.get(webhookId) ?? this.create(webhookId, partition))?.failed(attempt);
    else this.circuits.get(webhookId)?.succeeded(attempt);
  }

  /** Takes over the circuits that a former owner has stored. */
  restore(stored: readonly StoredCircuit[]): void {
    for (const one of stored)
      (this.circuits.get(one.webhookId) ?? this.create(one.webhookId, one.partition))?.restore(one);
  }

  /**
   * Lets a probe through now, because a person asked for it. If it fails, the next probe comes at the time that was planned.
   * Returns false if the circuit is closed or a probe is on the wire.
   */
  probeNow(webhookId: string): boolean {
    return this.circuits.get(webhookId)?.probeNow() ?? false;
  }

  /**
   * Closes an open circuit whose webhook has no delivery for a probe. The failures in a row stay counted: the next failure
   * opens it again.
   */
  closeUnproven(webhookId: string): void {
    this.circuits.get(webhookId)?.closeUnproven();
  }

  /** Forgets the circuits of these partitions' webhooks: another replica takes them over from the table. */
  forget(partitions: readonly number[]): void {
    for (const circuit of this.circuits.values()) if (partitions.includes(circuit.partition)) this.drop(circuit);
  }

  /** Forgets a webhook's circuit with its failures in a row: the webhook was enabled, or deleted. */
  reset(webhookId: string): void {
    const circuit = this.circuits.get(webhookId);
    this.circuits.delete(webhookId);
    circuit?.reset();
  }

  /**
   * For a circuit from a row of an older release, which has no `activeSince`: its failures were found to have begun after the
   * webhook was last enabled.
   */
  belongsToPresent(webhookId: string): void {
    this.circuits.get(webhookId)?.belongsToPresent();
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
    for (const { isClosed } of this.circuits.values()) if (!isClosed) open++;
    return open;
  }

  /** Up to so many circuits that are not closed, those open for longest first. */
  longestOpen(limit: number): OpenCircuit[] {
    const open = [...this.circuits.values()].flatMap((circuit) => circuit.find() ?? []);
    return open.sort((a, b) => a.openedAt - b.openedAt).slice(0, limit);
  }

  close(): void {
    this.breakers.stop();
    for (const circuit of this.circuits.values()) circuit.stop();
    this.circuits.clear();
  }

  /** Null: there are as many circuits as there may be. */
  private create(webhookId: string, partition: number): Circuit | null {
    if (this.circuits.size >= MAX_CIRCUITS) return null;
    const circuit = new Circuit(webhookId, partition, this.parts);
    this.circuits.set(webhookId, circuit);
    this.breakers.everyBucket(() => this.letGoOfHealthy());
    return circuit;
  }

  private letGoOfHealthy(): void {
    for (const circuit of this.circuits.values()) if (circuit.isHealthy) this.drop(circuit);
    if (this.circuits.size === 0) this.breakers.stop();
  }

  private drop(circuit: Circuit): void {
    this.circuits.delete(circuit.webhookId);
    circuit.stop();
  }
}
