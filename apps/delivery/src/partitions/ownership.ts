import { sql } from 'kysely';
import type { Clock } from '@signet/contracts';
import type { Database } from '../database/database.port.ts';

/** The right to serve one partition of delivery.requests.v1, as of one taking. */
export interface PartitionClaim {
  readonly partition: number;
  /**
   * It grows each time that the partition is taken. If the database is restored to an earlier time it goes back, and two
   * takings may have the same epoch: so it counts only together with the owner.
   */
  readonly epoch: number;
  /** The replica that took it; no two processes have the same. */
  readonly owner: string;
  /** Milliseconds since the epoch; no other replica has started a POST of the partition since. */
  readonly takenAt: number;
  /** The deliveries that earlier owners left leased have been made due. */
  isTakenOver: boolean;
  /**
   * Every request of the partition below this offset has been taken over by now, or is stored. Deliveries that must keep an
   * order and lie behind it are not tried: earlier ones may still have to be read from Kafka.
   */
  readTo: bigint;
}

/**
 * Which partitions this replica serves. Kafka says who may serve a partition, but neither its generation nor its
 * revocation reaches us in time, so taking a partition raises its epoch in PostgreSQL, and every write of the owner is
 * conditional on the epoch that it took, and on itself: an owner that was replaced without noticing can no longer change
 * anything, not even where a restore of the database has taken the epochs back.
 */
export class Ownership {
  private readonly claims = new Map<number, PartitionClaim>();
  /** The last call of `take` for each partition that was not released since. */
  private readonly takings = new Map<number, symbol>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    readonly replica: string,
  ) {}

  /**
   * Takes the partitions; their previous owners are fenced off from here on. If no other replica has taken a partition since
   * our last claim, that claim stays as it is, so that work under way under it can still be stored.
   */
  async take(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    const taking = Symbol();
    for (const partition of partitions) this.takings.set(partition, taking);
    const held = partitions.map((partition) => this.claims.get(partition)?.epoch ?? 0);
    const { rows } = await sql<{ partition: number; epoch: string }>`
      insert into partition_owners as known (partition, epoch, owner, taken_at)
      select partition, held + 1, ${this.replica}, ${this.clock()}
      from unnest(${partitions}::integer[], ${held}::bigint[]) as wanted(partition, held) order by partition
      on conflict (partition) do update set
        epoch = known.epoch + case when known.owner = excluded.owner and known.epoch = excluded.epoch - 1 then 0 else 1 end,
        owner = excluded.owner, taken_at = excluded.taken_at
      returning partition, epoch`.execute(this.database.query);
    for (const { partition, epoch } of rows) {
      // The partition was released, or taken once more, while the statement ran.
      if (this.takings.get(partition) !== taking) continue;
      if (this.claims.get(partition)?.epoch !== Number(epoch))
        this.claims.set(partition, {
          partition,
          epoch: Number(epoch),
          owner: this.replica,
          takenAt: this.clock().getTime(),
          isTakenOver: false,
          readTo: 0n,
        });
    }
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.takings.delete(partition);
      this.claims.delete(partition);
    }
  }

  /**
   * Claims of ours that PostgreSQL does not have any more: another replica has taken the partition, or the database was
   * restored to a time before we took it. A refused write shows the same, but a partition whose deliveries all wait for their
   * time has no writes.
   */
  async ended(): Promise<PartitionClaim[]> {
    const claims = this.all();
    if (claims.length === 0) return [];
    const { rows } = await sql<{ partition: number; epoch: string; owner: string }>`
      select partition, epoch, owner from partition_owners
      where partition = any(${claims.map(({ partition }) => partition)}::integer[])`.execute(this.database.query);
    const stored = new Map(rows.map((row) => [row.partition, row]));
    return claims.filter((claim) => {
      const row = stored.get(claim.partition);
      return this.holds(claim) && (row?.owner !== claim.owner || Number(row.epoch) !== claim.epoch);
    });
  }

  claim(partition: number): PartitionClaim | undefined {
    return this.claims.get(partition);
  }

  /** Whether this claim still holds, as far as this replica knows. */
  holds(claim: PartitionClaim): boolean {
    return this.claims.get(claim.partition) === claim;
  }

  all(): PartitionClaim[] {
    return [...this.claims.values()];
  }
}
