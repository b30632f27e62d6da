import type { DeliveryAttemptFailed, DeliveryEvent } from '../../delivery/delivery.events.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { Post } from '../world/posts.ts';
import type { StoredDelivery } from '../postgresql/tables.ts';
import type { World } from '../world/world.ts';
import { RuleBroken } from './rule-broken.ts';

/** A delivery whose probe has failed comes back this long after the next probe, milliseconds, and a little more. */
const BEHIND_PROBE_MS = 1_000;

/** What the log of a delivery says has happened, and when it goes on as the rules say. */
export class AttemptRules {
  constructor(private readonly world: World) {}

  stored(delivery: StoredDelivery, events: readonly DeliveryEvent[], claim: PartitionClaim | null): void {
    this.checkWriter(delivery, claim);
    for (const event of events) {
      if (event.type !== 'DeliveryAttemptFailed' && event.type !== 'DeliveryAttemptSucceeded') continue;
      const { row } = delivery;
      const { attempt, owner, epoch, startedAt } = event.data;
      const post = (this.world.posts.get(row.id) ?? []).find(
        (one) =>
          one.attempt === attempt &&
          one.replica === owner &&
          one.epoch === epoch &&
          one.decidedAt === Date.parse(startedAt),
      );
      if (!post)
        throw new RuleBroken('attempts', `${row.id} has attempt ${attempt} in its log, for which no POST was made`);
      if (post.isRecorded) throw new RuleBroken('attempts', `attempt ${attempt} of ${row.id} is in its log twice`);
      post.isRecorded = true;
      const hasSucceeded = post.statusCode === 200;
      if (hasSucceeded !== (event.type === 'DeliveryAttemptSucceeded'))
        throw new RuleBroken('attempts', `the log of ${row.id} tells another end of attempt ${attempt} than happened`);
      if (event.type === 'DeliveryAttemptFailed') this.checkNext(delivery, event, post);
    }
    this.checkCounts(delivery);
  }

  private checkWriter({ row }: StoredDelivery, claim: PartitionClaim | null): void {
    if (claim === null) return;
    const owner = this.world.database.owners.get(claim.partition);
    if (owner?.owner === claim.owner && owner.epoch === claim.epoch) return;
    // A replica that has given its partition up may record what it had on the wire, if it was held for that.
    const isHeld = (this.world.posts.get(row.id) ?? []).some(
      (post) => post.replica === claim.owner && !post.isRecorded,
    );
    if (!isHeld) throw new RuleBroken('who is replaced writes nothing', `${claim.owner} has changed ${row.id}`);
  }

  private checkCounts({ row, events }: StoredDelivery): void {
    const failed = events.filter((event) => event.type === 'DeliveryAttemptFailed');
    const spent = spentIn(events);
    if (row.attemptCount !== spent)
      throw new RuleBroken('attempts', `${row.id} counts ${row.attemptCount} attempts, and its log has ${spent}`);
    if (spent > row.maxAttempts)
      throw new RuleBroken('attempts', `${row.id} has spent ${spent} of ${row.maxAttempts} attempts`);
    const last = failed.at(-1);
    const isEarly = row.status === 'FAILED' && row.endReason === null && spent < row.maxAttempts;
    if (isEarly && last?.data.errorClass !== 'gone')
      throw new RuleBroken('attempts', `${row.id} has failed for good after ${spent} of ${row.maxAttempts} attempts`);
  }

  private checkNext({ row, events }: StoredDelivery, { data }: DeliveryAttemptFailed, post: Post): void {
    const isOurs = data.fault === 'platform';
    if (isOurs !== post.isOurFault)
      throw new RuleBroken('attempts', `${row.id}: attempt ${data.attempt} is blamed on the wrong side`);
    const isProbe = data.cause === 'probe' || data.cause === 'asked_probe';
    const isUnspent = (isOurs || isProbe) && data.errorClass !== 'gone';
    if (data.isUnspent !== isUnspent)
      throw new RuleBroken('attempts', `${row.id}: attempt ${data.attempt} is ${isUnspent ? '' : 'not '}to be spent`);
    if (data.nextAttemptAt === null) return;
    const waitMs = Date.parse(data.nextAttemptAt) - Date.parse(data.endedAt);
    // A retry that a person asked for meanwhile comes at once.
    if (waitMs === 0 && this.world.rules.retried.has(row.id)) return;
    const spent = spentIn(events);
    const [least, most] = isUnspent ? this.unspentWait(isOurs, post) : this.spentWait(spent, post);
    if (waitMs < least || waitMs > most)
      throw new RuleBroken(
        'retry times',
        `${row.id} waits ${waitMs} ms after attempt ${data.attempt}, not ${least} to ${most}`,
      );
  }

  /** The shortest and the longest wait, milliseconds. */
  private spentWait(spent: number, { retryAfterMs }: Post): [number, number] {
    const { scheduleMs, jitter } = this.world.settings;
    const scheduled = scheduleMs[Math.min(spent, scheduleMs.length) - 1] ?? 0;
    if (retryAfterMs === null) return [scheduled, Math.round(scheduled * (1 + jitter))];
    const exact = Math.min(Math.max(retryAfterMs, scheduled), 2 * scheduled);
    return [exact, exact];
  }

  private unspentWait(isOurs: boolean, { isExcused }: Post): [number, number] {
    const { retryOfOursMs, verdictMs, scheduleMs } = this.world.settings;
    // It is counted from the verdict, for which a replica that stands still takes long.
    const most = isOurs ? 2 * retryOfOursMs : Math.max(...scheduleMs) + BEHIND_PROBE_MS;
    return [isOurs ? retryOfOursMs : 0, isExcused ? Number.POSITIVE_INFINITY : most + verdictMs];
  }
}

/** Attempts that a log says were spent. */
const spentIn = (events: readonly DeliveryEvent[]): number =>
  events.filter(
    (event) =>
      event.type === 'DeliveryAttemptSucceeded' || (event.type === 'DeliveryAttemptFailed' && !event.data.isUnspent),
  ).length;
