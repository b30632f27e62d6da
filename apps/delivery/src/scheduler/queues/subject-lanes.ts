import type { DeliveryTask } from '../delivery-task.ts';

/**
 * `waiting`: earlier deliveries of the lane come first. `started`: queued or on the wire. `leaving`: about to be stored in
 * PostgreSQL, or to end.
 */
type Step = 'waiting' | 'started' | 'leaving';

interface Entry {
  readonly task: DeliveryTask;
  readonly offset: bigint;
  step: Step;
}

interface Lane {
  /** In the order of their requests. */
  readonly inHand: Entry[];
  /** PostgreSQL may hold more deliveries of the lane; deliveries that come fresh from Kafka belong behind those. */
  isStored: boolean;
}

/** What has to be done after a task has left its lane. */
export interface LaneMove {
  /** The next task of the lane, to be queued now. */
  readonly next: DeliveryTask | null;
  /** These tasks can no longer wait in memory: the delivery before them is in PostgreSQL now. */
  readonly toPark: readonly DeliveryTask[];
  /** The next deliveries of the lane have to be read from PostgreSQL. */
  readonly isBehindStored: boolean;
}

/**
 * Tells whether an answer of PostgreSQL about a lane is outdated: a delivery of the lane was stored while the query ran. That
 * delivery is no longer in memory here, and may come before those that were read.
 */
export class LaneWatch {
  private readonly stored = new Set<string>();

  constructor(readonly end: () => void) {}

  note({ webhookId, order }: DeliveryTask): void {
    if (order) this.stored.add(`${webhookId}/${order.subject}`);
  }

  isOutdated({ webhookId, order }: DeliveryTask): boolean {
    return order !== null && this.stored.has(`${webhookId}/${order.subject}`);
  }
}

interface Webhook {
  readonly lanes: Map<string, Lane>;
  /** How many of its tasks wait for others. */
  waiting: number;
}

const NOTHING: LaneMove = { next: null, toPark: [], isBehindStored: false };

/**
 * Keeps the order of webhooks that ask for it: the deliveries of one webhook with one subject are a lane. In a lane one
 * delivery is tried at a time, and none before the one before it has ended. This class knows only lanes with deliveries in
 * memory; for all others PostgreSQL is asked.
 */
export class SubjectLanes {
  private readonly webhooks = new Map<string, Webhook>();
  private readonly watches = new Set<LaneWatch>();

  /**
   * From here on notes the lanes whose deliveries go to PostgreSQL. The caller begins the watch before a query of PostgreSQL
   * and ends it afterwards.
   */
  watch(): LaneWatch {
    const watch = new LaneWatch(() => this.watches.delete(watch));
    this.watches.add(watch);
    return watch;
  }

  /**
   * Puts the task into its lane, at the place that the offset of its request gives it.
   *
   * @param isBehindStored the task is fresh from Kafka, and PostgreSQL may hold earlier deliveries of the lane
   */
  enter(task: DeliveryTask, isBehindStored: boolean): Step {
    if (!task.order) return 'started';
    const { subject, offset } = task.order;
    const { webhook, lane } = this.take(task.webhookId, subject);
    if (task.stored > 0 || isBehindStored) lane.isStored = true;
    const isFresh = task.stored === 0;
    const step = isFresh && lane.isStored ? 'leaving' : lane.inHand.length === 0 ? 'started' : 'waiting';
    const place = lane.inHand.findIndex((other) => other.offset > offset);
    lane.inHand.splice(place < 0 ? lane.inHand.length : place, 0, { task, offset, step });
    if (step === 'waiting') webhook.waiting += 1;
    return step;
  }

  /** Whether the task waits for earlier deliveries of its lane. */
  isWaiting(task: DeliveryTask): boolean {
    return this.find(task)?.entry.step === 'waiting';
  }

  /**
   * The task is about to be stored or ended, and will not be tried. Deliveries that come fresh from Kafka from now on belong
   * behind it.
   */
  release(task: DeliveryTask): void {
    const found = this.find(task);
    if (!found) return;
    found.lane.isStored = true;
    advance(found.webhook, found.entry, 'leaving');
  }

  /** The task has ended, or (`isStored`) only PostgreSQL or Kafka has it from now on. */
  leave(task: DeliveryTask, isStored: boolean): LaneMove {
    if (isStored) for (const watch of this.watches) watch.note(task);
    const found = this.find(task);
    if (!found) return NOTHING;
    const { webhook, lane, entry } = found;
    advance(webhook, entry, 'leaving');
    lane.inHand.splice(lane.inHand.indexOf(entry), 1);
    lane.isStored ||= isStored;
    const [first] = lane.inHand;
    if (!first) {
      this.drop(task);
      return { ...NOTHING, isBehindStored: lane.isStored };
    }
    if (isStored) {
      const waiting = lane.inHand.filter(({ step }) => step === 'waiting');
      for (const other of waiting) advance(webhook, other, 'leaving');
      return { ...NOTHING, toPark: waiting.map((other) => other.task) };
    }
    if (first.step !== 'waiting') return NOTHING;
    advance(webhook, first, 'started');
    return { ...NOTHING, next: first.task };
  }

  /** How many of the webhook's tasks wait for others. */
  waitingCount(webhookId: string): number {
    return this.webhooks.get(webhookId)?.waiting ?? 0;
  }

  /** How many of the webhook's tasks wait in the lane in which most of them wait. Lanes do not wait for each other. */
  longestWait(webhookId: string): number {
    let longest = 0;
    for (const { inHand } of this.webhooks.get(webhookId)?.lanes.values() ?? [])
      longest = Math.max(longest, inHand.length - 1);
    return longest;
  }

  /** The webhook's tasks that wait for others. */
  waitingOf(webhookId: string): DeliveryTask[] {
    const lanes = this.webhooks.get(webhookId)?.lanes ?? new Map<string, Lane>();
    return [...lanes.values()].flatMap(({ inHand }) =>
      inHand.filter(({ step }) => step === 'waiting').map(({ task }) => task),
    );
  }

  private find(task: DeliveryTask): { webhook: Webhook; lane: Lane; entry: Entry } | undefined {
    const webhook = this.webhooks.get(task.webhookId);
    const lane = task.order ? webhook?.lanes.get(task.order.subject) : undefined;
    const entry = lane?.inHand.find((other) => other.task === task);
    return webhook && lane && entry && { webhook, lane, entry };
  }

  private take(webhookId: string, subject: string): { webhook: Webhook; lane: Lane } {
    let webhook = this.webhooks.get(webhookId);
    if (!webhook) this.webhooks.set(webhookId, (webhook = { lanes: new Map(), waiting: 0 }));
    let lane = webhook.lanes.get(subject);
    if (!lane) webhook.lanes.set(subject, (lane = { inHand: [], isStored: false }));
    return { webhook, lane };
  }

  private drop({ webhookId, order }: DeliveryTask): void {
    const webhook = this.webhooks.get(webhookId);
    if (!webhook || !order) return;
    webhook.lanes.delete(order.subject);
    if (webhook.lanes.size === 0) this.webhooks.delete(webhookId);
  }
}

function advance(webhook: Webhook, entry: Entry, step: Step): void {
  if (entry.step === 'waiting') webhook.waiting -= 1;
  entry.step = step;
}
