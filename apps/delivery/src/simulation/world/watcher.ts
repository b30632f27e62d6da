import type { DeliveryRequest } from '@signet/contracts';
import type { CircuitChange } from '../../circuit/circuits.ts';
import type { StoredCircuit } from '../../circuit/stored-circuit.ts';
import type { Effect } from '../../scheduler/effects.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import type { Accepted } from './accepted.ts';
import type { RegistryEvent, RegistryWebhook } from './registry-side.ts';

/** Receives everything that the rules of a run look at. */
export interface Watcher {
  readonly acceptedById: ReadonlyMap<string, Accepted>;
  /** A person has asked for a retry of these. */
  readonly retried: ReadonlySet<string>;
  readonly deletedByPeople: ReadonlySet<string>;
  /** Webhooks that took no deliveries for some time. */
  readonly wereOff: ReadonlySet<string>;
  accepted(request: DeliveryRequest, offset: number, isOrdered: boolean): void;
  retryAsked(id: string): void;
  deleted(id: string): void;
  /** Before an event is handled. */
  told(replica: string, event: SchedulerEvent): void;
  /** After an event was handled. */
  stepped(replica: string, event: SchedulerEvent, effects: readonly Effect[]): void;
  circuitRestored(replica: string, circuit: StoredCircuit): void;
  circuitChanged(replica: string, webhookId: string, to: CircuitChange): void;
  registry(webhookId: string, event: RegistryEvent, state: RegistryWebhook): void;
}
