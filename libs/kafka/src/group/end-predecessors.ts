import { decodeMember } from './member-data.ts';

/** The parts of kafkajs's Broker that are used. */
export interface GroupCoordinator {
  describeGroups(request: { groupIds: string[] }): Promise<{
    groups: readonly { members: readonly { memberId: string; memberMetadata: Buffer }[] }[];
  }>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
}

/**
 * Ends memberships of processes that ran at this process's place before and died without leaving the group. Otherwise their
 * partitions would stand still until their sessions time out.
 *
 * This is safe only if two living processes cannot share a place: then the other process is dead. A process that is only frozen
 * keeps its place, and no second process can start there.
 *
 * @returns how many were ended
 */
export async function endPredecessors(
  coordinator: GroupCoordinator,
  groupId: string,
  place: string,
  ownMemberId: string | null,
): Promise<number> {
  const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
  const dead = groups
    .flatMap(({ members }) => members)
    .filter(({ memberId }) => memberId !== ownMemberId)
    .filter(({ memberMetadata }) => decodeMember(memberMetadata).place === place);
  for (const { memberId } of dead) await coordinator.leaveGroup({ groupId, memberId });
  return dead.length;
}
