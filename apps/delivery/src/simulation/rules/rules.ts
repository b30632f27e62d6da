import type { DeliveryRequest } from '@signet/contracts';
import type { CircuitChange } from '../../circuit/circuits.ts';
import type { StoredCircuit } from '../../circuit/stored-circuit.ts';
import type { DeliveryEvent } from '../../delivery/delivery.events.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { Effect } from '../../scheduler/effects.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import type { Post } from '../world/posts.ts';
import type { RegistryEvent, RegistryWebhook } from '../world/registry-side.ts';
import type { StoredDelivery } from '../postgresql/tables.ts';
import type { World } from '../world/world.ts';
import type { Accepted } from '../world/accepted.ts';
import type { Watcher } from '../world/watcher.ts';
import { AttemptRules } from './attempt-rules.ts';
import { CircuitRules } from './circuit-rules.ts';
import { LimitRules } from './limit-rules.ts';
import { MemoryRules } from './memory-rules.ts';
import { PostRules } from './post-rules.ts';
import { RegistryChecks } from './registry-checks.ts';

/** Watches a run, and throws `RuleBroken` as soon as a rule is broken. */
export class Rules implements Watcher {
  readonly acceptedById = new Map<string, Accepted>();
  readonly retried = new Set<string>();
  readonly deletedByPeople = new Set<string>();
  private readonly attempts: AttemptRules;
  private readonly posts: PostRules;
  private readonly circuits: CircuitRules;
  private readonly limits: LimitRules;
  private readonly memory: MemoryRules;
  private readonly registryChecks: RegistryChecks;

  constructor(world: World) {
    this.attempts = new AttemptRules(world);
    this.posts = new PostRules(world);
    this.circuits = new CircuitRules(world);
    this.limits = new LimitRules(world);
    this.memory = new MemoryRules(world);
    this.registryChecks = new RegistryChecks(world);
  }

  get wereOff(): ReadonlySet<string> {
    return this.registryChecks.wereOff;
  }

  accepted(request: DeliveryRequest, offset: number, isOrdered: boolean): void {
    const accepted = { request, offset, isOrdered: isOrdered && request.subject !== undefined };
    this.acceptedById.set(request.deliveryId, accepted);
    this.posts.accepted(accepted);
  }

  retryAsked(id: string): void {
    this.retried.add(id);
  }

  deleted(id: string): void {
    this.deletedByPeople.add(id);
  }

  told(replica: string, event: SchedulerEvent): void {
    this.circuits.told(replica, event);
  }

  stepped(replica: string, event: SchedulerEvent, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'Send') continue;
      this.circuits.sends(replica, effect);
      this.limits.sends(effect);
    }
    this.limits.stepped(replica, event);
  }

  postBegan(post: Post, task: DeliveryTask, earlier: readonly Post[]): void {
    this.posts.began(post, task, earlier);
  }

  stored(delivery: StoredDelivery, events: readonly DeliveryEvent[], claim: PartitionClaim | null): void {
    this.attempts.stored(delivery, events, claim);
  }

  leaseRanOut(deliveryId: string, claim: PartitionClaim): void {
    this.memory.leaseRanOut(deliveryId, claim);
  }

  circuitRestored(replica: string, circuit: StoredCircuit): void {
    this.circuits.restored(replica, circuit);
  }

  circuitChanged(replica: string, webhookId: string, to: CircuitChange): void {
    this.circuits.changed(replica, webhookId, to);
  }

  registry(webhookId: string, event: RegistryEvent, state: RegistryWebhook): void {
    this.registryChecks.happened(webhookId, event, state);
  }
}
