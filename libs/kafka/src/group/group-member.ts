import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import type { Assigner, PartitionAssigner } from 'kafkajs';
import { endPredecessors } from './end-predecessors.ts';
import type { GroupCoordinator } from './end-predecessors.ts';
import { decodeMember, encodeMember } from './member-data.ts';
import { assignSticky } from './sticky-assignment.ts';
import type { Assignment } from './sticky-assignment.ts';

const { MemberAssignment } = kafkajs.AssignerProtocol;

export interface GroupMemberHooks {
  /** The partitions that the member has, or had last. */
  readonly assigned: () => Assignment;
  /** Awaited before the member joins its group (also again), and before it leaves: afterwards Kafka may give its partitions to others. */
  readonly beforeGivingUp: () => Promise<void>;
  /** Where this process runs; no two living processes may name the same place. */
  readonly place?: string | undefined;
  /** Called when memberships of dead processes of the same place were ended, or when that failed. */
  readonly onPredecessors?: (ended: number, error?: unknown) => void;
}

type MemberAssigner = Assigner & Pick<GroupMemberHooks, 'beforeGivingUp' | 'place' | 'onPredecessors'>;

interface ConsumerGroup {
  readonly assigners: readonly Partial<MemberAssigner>[];
  readonly cluster: { findGroupCoordinator(request: { groupId: string }): Promise<GroupCoordinator> };
  readonly groupId: string;
  /** null before the first join. */
  readonly memberId: string | null;
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
}

/**
 * The assigner of one member. It tells the leader which partitions the member has, so that the leader can leave them there. It
 * also carries the hook that is called before the member gives up: it is the only object of ours that kafkajs's group sees.
 */
export const memberAssigner = (hooks: GroupMemberHooks): PartitionAssigner => {
  announceGivingUp();
  return ({ cluster }): MemberAssigner => ({
    name: 'signet-sticky',
    version: 0,
    beforeGivingUp: hooks.beforeGivingUp,
    place: hooks.place,
    ...(hooks.onPredecessors && { onPredecessors: hooks.onPredecessors }),
    protocol({ topics }) {
      return { name: this.name, metadata: encodeMember(topics, { had: hooks.assigned(), place: hooks.place }) };
    },
    async assign({ members, topics }) {
      const had = new Map(members.map(({ memberId, memberMetadata }) => [memberId, decodeMember(memberMetadata).had]));
      const partitions = Object.fromEntries(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]),
      );
      return [...assignSticky(partitions, had)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: this.version,
          assignment: assignment as Record<string, number[]>,
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
};

let isAnnounced = false;

/**
 * kafkajs 2.2.4 reports a lost partition only with the next assignment, when another member may already have it. But a member
 * gives its partitions up earlier: when it joins anew or leaves. In kafkajs, every join and every leave goes through these two
 * methods, so the hook is called there.
 */
function announceGivingUp(): void {
  if (isAnnounced) return;
  isAnnounced = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup') as {
    prototype: ConsumerGroup;
  };
  const { joinAndSync, leave } = prototype;
  prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    await giveUp(this);
    if (this.memberId === null) await endThoseBefore(this);
    return joinAndSync.call(this);
  };
  prototype.leave = async function (this: ConsumerGroup): Promise<void> {
    await giveUp(this);
    return leave.call(this);
  };
}

/** A failure here costs only time: the group then waits until the sessions of the dead processes time out. */
async function endThoseBefore({ assigners, cluster, groupId, memberId }: ConsumerGroup): Promise<void> {
  for (const { place, onPredecessors } of assigners) {
    if (place === undefined) continue;
    try {
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      const ended = await endPredecessors(coordinator, groupId, place, memberId);
      if (ended > 0) onPredecessors?.(ended);
    } catch (error) {
      onPredecessors?.(0, error);
    }
  }
}

async function giveUp({ assigners }: ConsumerGroup): Promise<void> {
  for (const assigner of assigners) await assigner.beforeGivingUp?.();
}
