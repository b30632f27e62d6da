import type { PartitionClaim } from '../../partitions/ownership.ts';
import { Reading } from '../sources/reading.ts';
import type { ReplicaParts } from './replica-parts.ts';

const AGAIN_MS = 300;
const LOOK_AT_CLAIMS_MS = 5_000;
const TAKE_BACK_MS = 500;

interface Served extends ReplicaParts {
  readonly notes: ReplicaParts['notes'] & {
    adopt(partitions: readonly number[], done: () => void, failed: () => void): void;
    forget(partitions: readonly number[]): void;
  };
  readonly backlog: ReplicaParts['backlog'] & { takeOver(partitions: readonly number[], done: () => void): void };
  readonly ended: { sweep(partitions: readonly number[]): void };
}

/** How a replica begins and ends to serve partitions: the rules of `PartitionLife`. */
export class PartitionLife {
  /** Partitions of the last assignment. */
  had: readonly number[] = [];
  /** Number of times that the partitions were given up. */
  givings = 0;
  isStopping = false;
  private readings: Reading[] = [];

  constructor(private readonly replica: Served) {}

  /** The answer of Kafka to a join: every partition is read anew, from its committed offset. */
  reassigned(partitions: readonly number[], generation: number): void {
    this.replica.world.story.tell(
      () => `${this.replica.host.name} is given partitions ${partitions.join(', ') || 'none'}`,
    );
    this.endReadings();
    const revoked = this.had.filter((partition) => !partitions.includes(partition));
    this.had = partitions;
    this.letGo(revoked);
    this.untilAssigned(partitions, generation);
  }

  endReadings(): void {
    for (const reading of this.readings) reading.end();
    this.readings = [];
  }

  lost(claim: PartitionClaim): void {
    const { claims, world, host } = this.replica;
    if (!claims.holds(claim)) return;
    world.story.tell(() => `${host.name} has lost partition ${claim.partition}`);
    this.letGo([claim.partition]);
    this.takeBack(claim.partition);
  }

  lookAtClaims(): void {
    const { host, link, world, claims } = this.replica;
    host.after(LOOK_AT_CLAIMS_MS, () => {
      this.lookAtClaims();
      const served = this.replica.servedClaims();
      if (served.length === 0) return;
      const ended = (): PartitionClaim[] => served.filter((claim) => !world.database.owns(claim));
      const lost = (all: readonly PartitionClaim[]): void =>
        all.forEach((claim) => claims.holds(claim) && this.lost(claim));
      link.ask('look at claims', ended, lost, () => undefined);
    });
  }

  private untilAssigned(partitions: readonly number[], generation: number): void {
    if (this.had !== partitions || this.isStopping) return;
    const again = (): void => this.replica.host.after(AGAIN_MS, () => this.untilAssigned(partitions, generation));
    this.assign(partitions, again, () => {
      if (this.had !== partitions) return;
      this.readings = partitions.map((partition) => new Reading(this.replica, partition, generation));
    });
  }

  private assign(partitions: readonly number[], failed: () => void, done: () => void): void {
    const { givings } = this;
    this.replica.claims.take(
      partitions,
      () => {
        this.replica.worker.tell({ type: 'PartitionsLost' });
        this.replica.notes.adopt(
          partitions,
          () => {
            if (givings === this.givings) {
              this.replica.platform.goOn();
              this.replica.worker.tell({ type: 'Resumed' });
            }
            this.replica.backlog.takeOver(partitions, done);
            this.sweep(partitions);
          },
          failed,
        );
      },
      failed,
    );
  }

  private sweep(partitions: readonly number[]): void {
    for (const id of this.replica.circuits.ids()) {
      const isActive = this.replica.directory.get(id)?.isActive ?? false;
      if (!isActive || this.replica.notes.isOutdated(this.replica.circuits.stored(id))) this.replica.circuits.reset(id);
    }
    this.replica.ended.sweep(partitions);
  }

  private letGo(partitions: readonly number[]): void {
    this.replica.claims.release(partitions);
    this.replica.worker.tell({ type: 'PartitionsLost' });
    this.replica.circuits.forget(partitions);
    this.replica.notes.forget(partitions);
  }

  private takeBack(partition: number): void {
    if (!this.had.includes(partition) || this.replica.claims.claim(partition) || this.isStopping) return;
    const again = (): void => this.replica.host.after(TAKE_BACK_MS, () => this.takeBack(partition));
    if (this.replica.isServing) this.assign([partition], again, () => undefined);
    else again();
  }
}
