import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { ParkedWebhook } from '../../work-queue/due-deliveries.ts';
import type { ReplicaParts } from '../replica/replica-parts.ts';

const LOOK_AGAIN_MS = 30_000;
const HELD_AGAIN_MS = 500;

/** The deliveries that earlier owners have left: the rules of `StoredBacklog`. */
export class Backlog {
  private readonly catchingUp = new Map<number, bigint>();

  constructor(private readonly replica: ReplicaParts) {}

  start(): void {
    this.replica.host.after(LOOK_AGAIN_MS, () => {
      this.lookAt(this.replica.claims.all().map(({ partition }) => partition));
      this.start();
    });
  }

  /** Each statement is tried again until it succeeds, or the claim has ended. */
  takeOver(partitions: readonly number[], done: () => void): void {
    const { claims } = this.replica;
    const mine = claims.all().filter(({ partition }) => partitions.includes(partition));
    let open = mine.length;
    if (open === 0) done();
    for (const claim of mine)
      this.takeOverOne(claim, () => {
        open -= 1;
        if (open === 0) done();
      });
  }

  private takeOverOne(claim: PartitionClaim, done: () => void): void {
    const { database, clock, settings } = this.replica.world;
    if (claim.isTakenOver)
      return this.insist(
        claim,
        'hold no longer',
        () => database.holdNoLonger(claim),
        () => this.catchUp(claim, done),
      );
    const latest = this.replica.leaseEnd() + settings.leaseMarginMs;
    const { now } = clock;
    this.insist(
      claim,
      'take over',
      () => database.takeOver(claim, now, latest),
      () => {
        claim.isTakenOver = true;
        this.untilNothingIsHeld(claim);
        this.catchUp(claim, done);
      },
    );
  }

  /** Requests of the partition were taken over up to this offset. */
  readTo(partition: number, offset: bigint): void {
    const claim = this.replica.claims.claim(partition);
    if (!claim || offset <= claim.readTo) return;
    claim.readTo = offset;
    const last = this.catchingUp.get(partition);
    if (last === undefined || last >= offset) return;
    this.catchingUp.delete(partition);
    this.lookAt([partition]);
  }

  private catchUp(claim: PartitionClaim, done: () => void): void {
    const { partition } = claim;
    const { workQueue, kafka } = this.replica.world;
    this.insist(
      claim,
      'look for the last ordered',
      () => workQueue.lastOrdered(partition),
      (last) => {
        if (last !== undefined) {
          this.catchingUp.set(partition, last);
          this.readTo(partition, BigInt(kafka.committedOf(partition)));
        }
        this.lookAt([partition]);
        done();
      },
    );
  }

  private untilNothingIsHeld(claim: PartitionClaim): void {
    const { host, link, claims, world } = this.replica;
    if (!claims.holds(claim)) return;
    const again = (): void =>
      host.after(HELD_AGAIN_MS, () => {
        this.lookAt([claim.partition]);
        this.untilNothingIsHeld(claim);
      });
    link.ask(
      'look for held',
      () => world.workQueue.areSomeHeld([claim.partition]),
      (areSome) => areSome && again(),
      again,
    );
  }

  private lookAt(partitions: readonly number[]): void {
    const { link, world, scheduler, due } = this.replica;
    const parked = (webhooks: readonly ParkedWebhook[]): void => {
      scheduler.queues.adoptParked(webhooks);
      due.wake();
    };
    link.ask(
      'look for parked',
      () => world.workQueue.parkedWebhooks(partitions),
      parked,
      () => undefined,
    );
  }

  private insist<T>(claim: PartitionClaim, statement: string, carryOut: () => T, done: (result: T) => void): void {
    const { host, link, claims } = this.replica;
    const again = (): void => {
      if (claims.holds(claim)) host.after(HELD_AGAIN_MS, () => this.insist(claim, statement, carryOut, done));
    };
    link.ask(statement, carryOut, done, again);
  }
}
