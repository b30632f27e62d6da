/** A POST as its receiver saw it. Times in microseconds of the machine's monotonic clock, see tools/bench/clock.ts. */
export interface Post {
  readonly path: string;
  /** The `webhook-id`. */
  readonly eventId: string;
  readonly attempt: number;
  readonly status: number;
  /** The process that sent it, and when it began to. */
  readonly pid: number;
  readonly begunAt: number;
  /** When the receiver answered. */
  readonly answeredAt: number;
}

/** A process has taken a partition of delivery.requests.v1 at this time, by the same clock. */
export interface Taken {
  readonly partition: number;
  readonly pid: number;
  readonly at: number;
}

/** How long each retry came after the answer to the attempt before it, microseconds. */
export function retryWaits(posts: readonly Post[]): number[] {
  const byDelivery = grouped(posts, ({ path, eventId }) => `${path} ${eventId}`);
  return [...byDelivery.values()].flatMap((ofDelivery) =>
    ofDelivery
      .filter(({ attempt }) => attempt > 1)
      .map((post) => post.begunAt - lastAnswerBefore(post, ofDelivery))
      .filter(Number.isFinite),
  );
}

/** The next owner may have repeated an attempt that a frozen process had sent; the wait for the retry counts from the later answer. */
function lastAnswerBefore({ attempt, begunAt }: Post, posts: readonly Post[]): number {
  const before = posts.filter((post) => post.attempt === attempt - 1 && post.begunAt < begunAt);
  return before.reduce((latest, { answeredAt }) => Math.max(latest, answeredAt), Number.NEGATIVE_INFINITY);
}

/** POSTs that began while another process had the partition of their webhook. */
export function strayPosts(
  posts: readonly Post[],
  taken: readonly Taken[],
  partitionOf: (path: string) => number | undefined,
): Post[] {
  const byPartition = grouped(taken, ({ partition }) => partition);
  return posts.filter(({ path, pid, begunAt }) => {
    const partition = partitionOf(path);
    const history = partition === undefined ? [] : (byPartition.get(partition) ?? []);
    const owner = history
      .filter(({ at }) => at <= begunAt)
      .toSorted((one, other) => one.at - other.at)
      .at(-1);
    return owner?.pid !== pid;
  });
}

/** Groups the items by a key; each group keeps their order. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
