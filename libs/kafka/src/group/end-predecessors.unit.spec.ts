import { expect, test } from '@jest/globals';
import { endPredecessors } from './end-predecessors.ts';
import { encodeMember } from './member-data.ts';

const member = (memberId: string, place?: string) => ({
  memberId,
  memberMetadata: encodeMember(['topic'], { had: {}, place }),
});

function coordinatorOf(members: readonly ReturnType<typeof member>[]) {
  const left: string[] = [];
  return {
    left,
    describeGroups: async () => ({ groups: [{ members }] }),
    leaveGroup: async ({ memberId }: { memberId: string }) => void left.push(memberId),
  };
}

test('only members of the same place are ended, and not the own one', async () => {
  const coordinator = coordinatorOf([
    member('dead', 'here'),
    member('elsewhere', 'there'),
    member('without a place'),
    member('own', 'here'),
  ]);
  expect(await endPredecessors(coordinator, 'group', 'here', 'own')).toBe(1);
  expect(coordinator.left).toEqual(['dead']);
});
