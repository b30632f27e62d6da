import type { Member } from '../kafka/group.ts';
import { SESSION_MS } from '../kafka/group.ts';
import type { PartitionLife } from './partition-life.ts';
import type { ReplicaParts } from './replica-parts.ts';

const HEARTBEAT_MS = 1_000;
/** When partitions are given up, attempts on the wire have this long to end by themselves, milliseconds. */
const GRACE_MS = 250;
/** Giving up takes no longer than this, milliseconds, even if PostgreSQL does not answer. */
const GIVING_UP_MS = 1_500;
const HOLD_MARGIN_MS = 5_000;
const LOOK_MS = 25;

/**
 * The membership of a replica in the consumer group: heartbeats, and what is done before its partitions may go to others. The rules of
 * `Membership`, `GroupMember` and `DispatchService.givingUp`.
 */
export class Membership {
  memberId = '';
  /** When the last heartbeat was sent that the group acknowledged, milliseconds since the epoch. */
  private heartbeatAt = Number.NEGATIVE_INFINITY;
  private memberships = 0;
  private isJoining = false;
  private hasLeft = false;

  constructor(private readonly replica: ReplicaParts & { readonly life: PartitionLife }) {}

  isFresh = (): boolean => this.replica.world.clock.now - this.heartbeatAt < SESSION_MS;

  join(isAnew: boolean): void {
    const { host, world } = this.replica;
    this.isJoining = true;
    if (isAnew) {
      this.memberships += 1;
      this.memberId = `${host.name}/${this.memberships}`;
    }
    const { memberId } = this;
    const member: Member = {
      id: memberId,
      had: () => this.replica.life.had,
      joined: (partitions, generation) => {
        const sentAt = world.clock.now;
        host.after(world.random.whole(1, 10), () => {
          if (this.memberId !== memberId) return;
          this.heartbeatAt = Math.max(this.heartbeatAt, sentAt);
          this.isJoining = false;
          this.replica.life.reassigned(partitions, generation);
        });
      },
    };
    this.overNetwork(() => world.group.join(member));
  }

  /** Leaves the group in order, when the replica ends. */
  leave(done: () => void): void {
    this.hasLeft = true;
    this.giveUp(() => {
      const { memberId } = this;
      this.overNetwork(() => this.replica.world.group.leave(memberId));
      done();
    });
  }

  start(): void {
    this.join(true);
    this.beat();
  }

  private beat(): void {
    const { host, world } = this.replica;
    host.after(HEARTBEAT_MS, () => {
      this.beat();
      if (this.isJoining || this.hasLeft) return;
      const sentAt = world.clock.now;
      const { memberId } = this;
      this.overNetwork(() => {
        const answer = world.group.heartbeat(memberId);
        host.after(world.random.whole(0, 5), () => {
          if (this.memberId !== memberId || this.isJoining || this.hasLeft) return;
          if (answer === 'ok') this.heartbeatAt = Math.max(this.heartbeatAt, sentAt);
          else this.rejoin(answer === 'unknown');
        });
      });
    });
  }

  private rejoin(isAnew: boolean): void {
    this.isJoining = true;
    this.giveUp(() => this.join(isAnew));
  }

  /** No POST begins any more; those on the wire end and are recorded, or are held for the next owner. */
  private giveUp(done: () => void): void {
    const { replica } = this;
    const { host, world, worker, scheduler, recording } = replica;
    world.story.tell(() => `${host.name} gives its partitions up`);
    replica.life.givings += 1;
    replica.platform.settle();
    worker.tell({ type: 'Suspended' });
    let isDone = false;
    const doneOnce = (): void => {
      if (!isDone) done();
      isDone = true;
    };
    host.after(GIVING_UP_MS, () => {
      if (!isDone) world.excuse(host.name);
      doneOnce();
    });
    const end = world.clock.now + GRACE_MS;
    const hold = (): void => {
      if (isDone) return;
      if (worker.attempts.size > 0 && world.clock.now < end) return host.after(LOOK_MS, hold);
      // Writes under way come first: the next owner would end their leases.
      const onTheWire = scheduler.tasksOnTheWire();
      if (onTheWire.some(({ writing }) => writing)) return host.after(LOOK_MS, hold);
      const { now } = world.clock;
      recording.hold(
        onTheWire,
        ({ place }) => (place.at === 'wire' ? place.endsAt : now) + HOLD_MARGIN_MS,
        () => this.untilNothingIsWritten(doneOnce),
      );
    };
    hold();
    replica.notes.flush();
  }

  private untilNothingIsWritten(done: () => void): void {
    const { scheduler, host } = this.replica;
    if (scheduler.tasksBeingWritten().length === 0) done();
    else host.after(LOOK_MS, () => this.untilNothingIsWritten(done));
  }

  /** Requests reach the coordinator although this process may be paused or dead by then. */
  private overNetwork(work: () => void): void {
    const { clock, random } = this.replica.world;
    clock.after(random.whole(0, 5), work);
  }
}
