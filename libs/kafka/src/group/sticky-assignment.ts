/** Partitions by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/**
 * Divides the partitions of each topic evenly, and leaves as many as possible where they were: the new owner of a partition has
 * to begin from the committed offset. Two members may both say that they had the same partition, for example after one of them
 * missed a generation; then the one with the smaller id gets it.
 *
 * @param topics the partitions of each topic
 * @param had what each member had before, by member id
 */
export function assignSticky(
  topics: Assignment,
  had: ReadonlyMap<string, Assignment>,
): Map<string, Record<string, readonly number[]>> {
  const members = [...had.keys()].sort();
  const shared = new Map<string, Record<string, readonly number[]>>(members.map((member) => [member, {}]));
  const total = new Map(members.map((member) => [member, 0]));
  for (const topic of Object.keys(topics).sort()) {
    const before = new Map(members.map((member) => [member, had.get(member)?.[topic] ?? []]));
    // Members with the fewest partitions come first, so that one member does not get the odd partition of every topic.
    const byLoad = members.toSorted((a, b) => (total.get(a) ?? 0) - (total.get(b) ?? 0));
    for (const [member, partitions] of shareOut(topics[topic] ?? [], byLoad, before)) {
      if (partitions.length > 0) shared.set(member, { ...shared.get(member), [topic]: partitions });
      total.set(member, (total.get(member) ?? 0) + partitions.length);
    }
  }
  return shared;
}

function shareOut(
  partitions: readonly number[],
  members: readonly string[],
  had: ReadonlyMap<string, readonly number[]>,
): Map<string, number[]> {
  const left = new Set(partitions.toSorted((a, b) => a - b));
  const kept = new Map<string, number[]>(members.map((member) => [member, []]));
  const floor = Math.floor(partitions.length / members.length);
  let larger = partitions.length % members.length;
  const keep = (member: string, limit: number): void => {
    const mine = kept.get(member) ?? [];
    for (const partition of had.get(member) ?? [])
      if (mine.length < limit && left.delete(partition)) mine.push(partition);
  };
  // Each member first keeps at most an even share. Members that had more may keep one more, as long as there are odd partitions.
  for (const member of members.toSorted()) keep(member, floor);
  for (const member of members) {
    if (larger === 0) break;
    keep(member, floor + 1);
    if ((kept.get(member)?.length ?? 0) > floor) larger -= 1;
  }
  for (const member of members) {
    const mine = kept.get(member) ?? [];
    let limit = floor;
    if (mine.length <= floor && larger > 0) {
      limit += 1;
      larger -= 1;
    }
    for (const partition of left) if (mine.length < limit && left.delete(partition)) mine.push(partition);
    mine.sort((a, b) => a - b);
  }
  return kept;
}
