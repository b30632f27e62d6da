import { pause, settledWithin } from '@signet/async';
import type { CircuitTakeOver } from '../circuit/circuit-take-over.ts';
import type { CircuitRecords } from '../circuit/circuit.records.ts';
import type { Circuits } from '../circuit/circuits.ts';
import type { Background } from '../dispatch/background.ts';
import type { Worker } from '../dispatch/worker.ts';
import type { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { StoredBacklog } from '../work-queue/stored-backlog.ts';
import type { Ownership, PartitionClaim } from './ownership.ts';

export interface NotHeld {
  /** Whether all attempts on the wire are recorded, or held for the next owner. */
  readonly isHeld: boolean;
  readonly areCircuitsWritten: boolean;
  readonly attemptsInFlight: number;
}

/** The parts of dispatch whose state belongs to partitions. */
export interface OfPartitions {
  readonly ownership: Ownership;
  readonly worker: Worker;
  readonly platform: Pick<PlatformFault, 'settle' | 'goOn'>;
  readonly circuits: Circuits;
  readonly circuitRecords: CircuitRecords;
  readonly circuitTakeOver: CircuitTakeOver;
  readonly backlog: Pick<StoredBacklog, 'takeOver'>;
}

export interface PartitionEvents {
  /** POSTs may begin. */
  readonly resumed: () => void;
  /** These partitions are served from now on. */
  readonly taken: (partitions: readonly number[]) => void;
  /** Partitions were given up while PostgreSQL did not answer. */
  readonly notHeld: (notHeld: NotHeld) => void;
  readonly failed: (error: unknown) => void;
}

/** When partitions are given up, attempts on the wire have this long to end by themselves, milliseconds. */
const GRACE_MS = 250;
/**
 * Shorter than the 2 s that the Kafka consumer allows for giving partitions up, so that this limit ends the wait and is
 * logged. Milliseconds.
 */
const GIVING_UP_MS = 1_500;
/** Between two tries to take a partition back, milliseconds. */
const TAKE_BACK_MS = 500;

/** Begins and ends to serve partitions, as Kafka assigns and revokes them and as PostgreSQL says who owns them. */
export class PartitionLife {
  /** Partitions that Kafka has assigned to this replica and not revoked since. */
  private readonly given = new Set<number>();
  /** Number of times that this replica was asked to give its partitions up. */
  private givings = 0;
  private isLookingAtClaims = false;

  constructor(
    private readonly parts: OfPartitions,
    private readonly isMember: () => boolean,
    private readonly background: Background,
    private readonly events: PartitionEvents,
    private readonly stopping: AbortSignal,
  ) {}

  /** Whether a POST may begin. */
  get isServing(): boolean {
    return !this.parts.worker.scheduler.isSuspended && this.isMember();
  }

  /** Kafka has assigned these partitions to this replica. The list contains the partitions that it had before and keeps. */
  async assigned(partitions: readonly number[]): Promise<void> {
    const { givings } = this;
    const { ownership, worker, circuitTakeOver, platform, backlog } = this.parts;
    for (const partition of partitions) this.given.add(partition);
    await ownership.take(partitions);
    // Tasks under a claim that has ended cannot be stored any more.
    worker.tell({ type: 'PartitionsLost' });
    const isNew = (claim: PartitionClaim): boolean => partitions.includes(claim.partition) && !claim.isTakenOver;
    await circuitTakeOver.takeOver(ownership.all().filter(isNew));
    // Otherwise this replica was asked to give them up meanwhile.
    if (givings === this.givings) {
      platform.goOn();
      worker.tell({ type: 'Resumed' });
    }
    this.events.resumed();
    await backlog.takeOver(partitions);
    this.events.taken(partitions);
  }

  /**
   * Another replica may soon take any of the partitions: no POST is started any more. Attempts on the wire are recorded, or
   * held if they take longer. The circuits are written down for the next owner. Partitions that stay go on with `assigned`.
   *
   * Kafka waits for this only briefly, so PostgreSQL gets at most `GIVING_UP_MS`. Deliveries that are not held by then are
   * sent once more by the next owner. It does not know the failures that circuits have counted since their last write: it goes
   * on from the written numbers, and counts the repeated attempts.
   */
  async givingUp(): Promise<void> {
    this.givings += 1;
    const { worker, platform, circuitRecords } = this.parts;
    const bound = AbortSignal.timeout(GIVING_UP_MS);
    platform.settle();
    const isHeld = await worker.suspend(GRACE_MS, bound);
    const areCircuitsWritten = await settledWithin(circuitRecords.flush(), bound);
    const { attemptsInFlight } = worker.scheduler;
    if (!isHeld || !areCircuitsWritten) this.events.notHeld({ isHeld, areCircuitsWritten, attemptsInFlight });
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) this.given.delete(partition);
    this.letGo(partitions);
  }

  /**
   * PostgreSQL says that another replica has taken the partition. Usually Kafka revokes it within a moment. If Kafka does
   * not, the other replica was late, and this replica takes the partition back.
   */
  lost(claim: PartitionClaim): void {
    if (!this.parts.ownership.holds(claim)) return;
    this.letGo([claim.partition]);
    void this.background.run(() => this.takeBack(claim.partition));
  }

  /**
   * Checks whether our claims still hold in PostgreSQL. Does nothing while the last check is still under way, so that a slow
   * PostgreSQL does not get two queries at once.
   */
  lookAtClaims(): void {
    if (!this.isServing || this.isLookingAtClaims) return;
    this.isLookingAtClaims = true;
    const looking = this.background.run(async () => {
      for (const claim of await this.parts.ownership.ended()) this.lost(claim);
    });
    void looking.finally(() => (this.isLookingAtClaims = false));
  }

  private letGo(partitions: readonly number[]): void {
    const { ownership, worker, circuits, circuitRecords } = this.parts;
    ownership.release(partitions);
    worker.tell({ type: 'PartitionsLost' });
    circuits.forget(partitions);
    circuitRecords.forget(partitions);
  }

  private async takeBack(partition: number): Promise<void> {
    const { stopping } = this;
    while (this.given.has(partition) && !this.parts.ownership.claim(partition) && !stopping.aborted) {
      try {
        if (this.isServing) return await this.assigned([partition]);
      } catch (error) {
        this.events.failed(error);
      }
      await pause(TAKE_BACK_MS, stopping);
    }
  }
}
