import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import type { Assigner, PartitionAssigner } from 'kafkajs';
import { assignSticky } from './sticky-assignment.ts';
import type { Assignment } from './sticky-assignment.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export interface GroupMemberHooks {
  /** The partitions that the member has, or had last. */
  readonly assigned: () => Assignment;
  /** Awaited before the member joins its group, again too, and before it leaves: after it, all of its partitions may go to others. */
  readonly beforeGivingUp: () => Promise<void>;
}

type MemberAssigner = Assigner & Pick<GroupMemberHooks, 'beforeGivingUp'>;

interface ConsumerGroup {
  readonly assigners: readonly Partial<MemberAssigner>[];
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
}

/**
 * The assigner of one member. It tells the leader what the member has, so that the leader can leave it there, and it is
 * the one object of ours that kafkajs hands to its group, so it carries what is called before the member gives up.
 */
export const memberAssigner = (hooks: GroupMemberHooks): PartitionAssigner => {
  announceGivingUp();
  return ({ cluster }): MemberAssigner => ({
    name: 'signet-sticky',
    version: 0,
    beforeGivingUp: hooks.beforeGivingUp,
    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify(hooks.assigned()));
      return { name: this.name, metadata: MemberMetadata.encode({ version: this.version, topics, userData }) };
    },
    async assign({ members, topics }) {
      const had = new Map(members.map(({ memberId, memberMetadata }) => [memberId, hadBefore(memberMetadata)]));
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

function hadBefore(metadata: Buffer): Assignment {
  const text = MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? '';
  return text === '' ? {} : (JSON.parse(text) as Assignment);
}

let isAnnounced = false;

/**
 * kafkajs 2.2.4 tells of a lost partition when the next assignment is there, which is when somebody else may have it
 * already. What a member gives up it gives up earlier: in the moment in which it joins anew or leaves. All of kafkajs's
 * ways there go through these two methods.
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
    return joinAndSync.call(this);
  };
  prototype.leave = async function (this: ConsumerGroup): Promise<void> {
    await giveUp(this);
    return leave.call(this);
  };
}

async function giveUp({ assigners }: ConsumerGroup): Promise<void> {
  for (const assigner of assigners) await assigner.beforeGivingUp?.();
}
