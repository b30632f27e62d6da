import type { VirtualClock } from '../time/virtual-clock.ts';

/** One membership of a replica in the consumer group. A replica that joins anew after it was expelled has another one. */
export interface Member {
  readonly id: string;
  /** The partitions that it had last. */
  readonly had: () => readonly number[];
  /** The coordinator's answer to its join. */
  readonly joined: (partitions: readonly number[], generation: number) => void;
}

type Heartbeat = 'ok' | 'rejoin' | 'unknown';

interface Known {
  member: Member;
  seenAt: number;
  hasJoined: boolean;
}

/** A member that sends nothing for this long is expelled, milliseconds: `SESSION_TIMEOUT_MS` of the group of dispatch. */
export const SESSION_MS = 6_000;
const LOOK_MS = 500;
/** Members that do not join anew within this time are expelled, milliseconds. */
const REBALANCE_MS = 10_000;

/**
 * Kafka's coordinator of the group: it gives the partitions away anew when a member comes, leaves or is expelled, and only after all
 * others have given theirs up by joining anew.
 */
export class Group {
  readonly assignees = new Map<number, string>();
  generation = 0;
  /** When a replica was last expelled, by its name; milliseconds since the epoch. */
  readonly expelledAt = new Map<string, number>();
  private readonly members = new Map<string, Known>();
  /** When the present rebalance began; null: there is none. */
  private rebalancingSince: number | null = null;

  constructor(
    private readonly clock: VirtualClock,
    private readonly partitions: number,
  ) {
    this.look();
  }

  join(member: Member): void {
    this.members.set(member.id, { member, seenAt: this.clock.now, hasJoined: true });
    this.rebalance();
    this.assignIfAllJoined();
  }

  leave(memberId: string): void {
    if (!this.members.delete(memberId)) return;
    this.rebalance();
    this.assignIfAllJoined();
  }

  heartbeat(memberId: string): Heartbeat {
    const known = this.members.get(memberId);
    if (!known) return 'unknown';
    known.seenAt = this.clock.now;
    return this.rebalancingSince === null || known.hasJoined ? 'ok' : 'rejoin';
  }

  isOfGeneration(memberId: string, generation: number): boolean {
    return this.members.has(memberId) && this.generation === generation && this.rebalancingSince === null;
  }

  private rebalance(): void {
    this.rebalancingSince ??= this.clock.now;
  }

  private look(): void {
    const { now } = this.clock;
    const isLate = this.rebalancingSince !== null && now - this.rebalancingSince >= REBALANCE_MS;
    for (const [id, { seenAt, hasJoined }] of this.members) {
      // The coordinator answers a join only after the rebalance: until then it expects no heartbeat.
      const isWaiting = this.rebalancingSince !== null && hasJoined;
      if (isWaiting || (now - seenAt < SESSION_MS && !isLate)) continue;
      this.expelledAt.set(replicaOf(id), now);
      this.leave(id);
    }
    this.clock.after(LOOK_MS, () => this.look());
  }

  private assignIfAllJoined(): void {
    const members = [...this.members.values()];
    if (members.length === 0 || members.some(({ hasJoined }) => !hasJoined)) return;
    this.rebalancingSince = null;
    this.generation += 1;
    const shares = this.sharesOf(members.map(({ member }) => member));
    for (const known of members) {
      known.seenAt = this.clock.now;
      known.hasJoined = false;
      const partitions = shares.get(known.member.id) ?? [];
      for (const partition of partitions) this.assignees.set(partition, known.member.id);
      known.member.joined(partitions, this.generation);
    }
  }

  /** Members keep what they had, as far as that is no more than their share. */
  private sharesOf(members: readonly Member[]): Map<string, number[]> {
    const most = Math.ceil(this.partitions / members.length);
    const shares = new Map<string, number[]>(members.map(({ id }) => [id, []]));
    const left = new Set(Array.from({ length: this.partitions }, (_, partition) => partition));
    for (const { id, had } of members)
      for (const partition of had())
        if (left.has(partition) && shares.get(id)!.length < most) {
          shares.get(id)!.push(partition);
          left.delete(partition);
        }
    for (const partition of left) {
      const poorest = members.reduce((one, other) =>
        shares.get(other.id)!.length < shares.get(one.id)!.length ? other : one,
      );
      shares.get(poorest.id)!.push(partition);
    }
    return shares;
  }
}

/** The name of the replica to which a membership belongs. */
export const replicaOf = (memberId: string): string => memberId.slice(0, memberId.lastIndexOf('/'));
