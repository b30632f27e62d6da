import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';

/** The right to serve one partition of delivery.requests.v1, as of one taking. */
export interface PartitionClaim {
  readonly partition: number;
  readonly epoch: number;
}

/**
 * Which partitions this replica serves. Kafka says who may serve a partition, but neither its generation nor its
 * revocation reaches us in time, so taking a partition raises its epoch in PostgreSQL, and every write of the owner is
 * conditional on the epoch that it took: an owner that was replaced without noticing can no longer change anything.
 */
export class Ownership {
  private readonly claims = new Map<number, PartitionClaim>();

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    readonly replica: string,
  ) {}

  /** Takes the partitions; whoever had them before is locked out from here on. */
  async take(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    const rows = await this.em.fork().execute<{ partition: number; epoch: string }[]>(
      `insert into partition_owners (partition, epoch, owner, taken_at)
       select unnest(array[${partitions.map(Number).join(',')}]), 1, ?, ?
       on conflict (partition) do update
         set epoch = partition_owners.epoch + 1, owner = excluded.owner, taken_at = excluded.taken_at
       returning partition, epoch`,
      [this.replica, this.clock()],
    );
    for (const { partition, epoch } of rows) this.claims.set(partition, { partition, epoch: Number(epoch) });
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) this.claims.delete(partition);
  }

  claim(partition: number): PartitionClaim | undefined {
    return this.claims.get(partition);
  }

  /** Whether a claim is still the one that holds. */
  holds(claim: PartitionClaim): boolean {
    return this.claims.get(claim.partition) === claim;
  }

  all(): PartitionClaim[] {
    return [...this.claims.values()];
  }
}
