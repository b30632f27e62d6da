import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { World } from '../world/world.ts';
import { RuleBroken } from './rule-broken.ts';

/** A delivery that a replica has leased is in its memory until it is stored, parked or given back. */
export class MemoryRules {
  constructor(private readonly world: World) {}

  /** A delivery that waits long in memory may be leased once more. One that is not there was forgotten. */
  leaseRanOut(deliveryId: string, { owner }: PartitionClaim): void {
    const { database, pauses, claims } = this.world.plan.faults;
    // The statement that would have ended the lease, or the answer to the lease itself, may have been lost.
    if (database || pauses || claims || this.world.rules.deletedByPeople.has(deliveryId)) return;
    const replica = this.world.replicas.get(owner);
    if (replica && !replica.scheduler.get(deliveryId))
      throw new RuleBroken('nothing is forgotten', `${owner} leased ${deliveryId}, and did nothing with it`);
  }
}
