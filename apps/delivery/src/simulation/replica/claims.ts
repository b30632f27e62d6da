import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import type { Database } from '../postgresql/database.ts';
import type { DatabaseLink } from './database-link.ts';

/** The claims of a replica on its partitions: the rules of `Ownership`, on the simulated tables. */
export class Claims {
  private readonly claims = new Map<number, PartitionClaim>();
  /** The last call of `take` for each partition that was not released since. */
  private readonly takings = new Map<number, symbol>();

  constructor(
    private readonly replica: string,
    private readonly database: Database,
    private readonly link: DatabaseLink,
    private readonly clock: VirtualClock,
  ) {}

  take(partitions: readonly number[], done: () => void, failed: () => void): void {
    const taking = Symbol();
    for (const partition of partitions) this.takings.set(partition, taking);
    const held = partitions.map((partition) => this.claims.get(partition)?.epoch ?? 0);
    const carryOut = (): number[] =>
      partitions.map((partition, index) => this.database.take(partition, held[index]!, this.replica));
    const taken = (epochs: readonly number[]): void => {
      for (const [index, partition] of partitions.entries()) {
        if (this.takings.get(partition) !== taking || this.claims.get(partition)?.epoch === epochs[index]) continue;
        this.claims.set(partition, {
          partition,
          epoch: epochs[index]!,
          owner: this.replica,
          takenAt: this.clock.now,
          isTakenOver: false,
          readTo: 0n,
        });
      }
      done();
    };
    this.link.ask('take partitions', carryOut, taken, failed);
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.takings.delete(partition);
      this.claims.delete(partition);
    }
  }

  claim(partition: number): PartitionClaim | undefined {
    return this.claims.get(partition);
  }

  holds(claim: PartitionClaim): boolean {
    return this.claims.get(claim.partition) === claim;
  }

  owns = (task: DeliveryTask): boolean => this.holds(task.claim);

  all(): PartitionClaim[] {
    return [...this.claims.values()];
  }
}
