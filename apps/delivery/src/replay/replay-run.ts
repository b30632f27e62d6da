import { DELIVERY_REQUESTS, repeatIdOf, requestRecord, webhookBody } from '@signet/contracts';
import type { CanonicalMessage, Clock } from '@signet/contracts';
import type { OutgoingRecord, RecordProducer } from '@signet/kafka';
import { requestOfLog } from '../delivery/storage/request-of-log.ts';
import { requestOf } from '../fan-out/fan-out.ts';
import { insist, JobStopped } from '../jobs/job-stopped.ts';
import { keepPace, stepSize } from '../jobs/pace.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { MissedMessages, MissedReader } from './missed-messages.ts';
import { readSpanOf } from './read-span.policy.ts';
import { countReplay } from './replay-count.ts';
import type { Place, Replay, ReplayCursor, ReplayFailure, TopicRange } from './replay.ts';
import type { ReplayStore } from './stored/replay.store.ts';
import type { StoredMessage, StoredMessages } from './stored-messages.ts';

export interface ReplayRunParts {
  readonly store: Pick<ReplayStore, 'saveTotal' | 'saveProgress' | 'renew' | 'end'>;
  readonly stored: StoredMessages;
  readonly missed: MissedMessages;
  readonly producer: Pick<RecordProducer, 'publishAll'>;
  /** The webhook as it is now, or why it takes no deliveries; `unread` when this replica has not read its version yet. */
  readonly webhookOf: (replay: Replay) => RoutedWebhook | ReplayFailure | 'unread';
  readonly clock: Clock;
  /** How many deliveries are requested in a second. */
  readonly ratePerSecond: number;
}

/** How often the place is stored while no deliveries are requested, milliseconds. */
const PLACE_EVERY_MS = 2_000;

/** The replay's webhook takes no deliveries any more. */
class Refused extends Error {
  constructor(readonly reason: ReplayFailure) {
    super(reason);
  }
}

/** This replica does not know yet that the webhook was enabled: the replay is tried again, here or elsewhere. */
class WebhookUnread extends Error {
  constructor({ webhookId, webhookVersion }: Replay) {
    super(`Version ${webhookVersion} of webhook ${webhookId} has not been read yet.`);
  }
}

/**
 * Carries out one replay: requests its deliveries on delivery.requests.v1 as fan-out does, at a steady pace, and stores its
 * place. After an interruption the next run goes on from that place. Ids are derived from the messages, so a delivery that is
 * requested twice is sent once.
 */
export class ReplayRun {
  private readonly chunkSize: number;
  private requested: number;
  private savedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param isCounted whether its messages are counted before it runs; otherwise they are counted at its end, since counting
   *   first would read Kafka twice
   */
  constructor(
    private readonly parts: ReplayRunParts,
    readonly replay: Replay,
    private readonly isCounted: boolean,
    private readonly signal: AbortSignal,
  ) {
    this.chunkSize = stepSize(parts.ratePerSecond);
    this.requested = replay.requested;
  }

  /** Requests the deliveries that are stored. @returns whether messages are to be read from Kafka, too */
  async begin(): Promise<boolean> {
    const { status, cursor, total } = this.replay;
    if (total === null && this.isCounted) await this.count();
    if (cursor?.phase !== 'topics') await this.repeatStored(cursor?.after ?? null);
    return status === 'missed';
  }

  /** Whether the replay goes on from a place in the topics. */
  get hasPlace(): boolean {
    return this.replay.cursor?.phase === 'topics';
  }

  /** The replay's reader for the common reading. @param ranges the ranges to read if it has no place yet */
  reader(webhook: RoutedWebhook, ranges: readonly TopicRange[]): MissedReader {
    const { cursor } = this.replay;
    return {
      webhook,
      span: readSpanOf(webhook, this.replay),
      ranges: cursor?.phase === 'topics' ? cursor.ranges : ranges,
      onBatch: (messages, left) => this.requestMissed(messages, left),
    };
  }

  /** Ends the replay: all of its deliveries have been requested. */
  async end(): Promise<void> {
    const { id, total } = this.replay;
    const { store } = this.parts;
    if (total === null && !this.isCounted) insist(await store.saveTotal(id, this.requested));
    await store.end(id);
  }

  /** Ends the replay after an error, if it cannot go on. @throws the error, if the replay is not at its end and goes on soon */
  async settle(error: unknown): Promise<void> {
    if (error instanceof Refused) await this.parts.store.end(this.replay.id, error.reason);
    else if (!(error instanceof JobStopped)) throw error;
  }

  private async count(): Promise<void> {
    const { store } = this.parts;
    const { id } = this.replay;
    const renew = async (): Promise<void> => insist(await store.renew(id));
    const total = await countReplay(this.parts, this.replay, this.webhook, this.signal, renew);
    insist(await store.saveTotal(id, total));
  }

  private async repeatStored(after: Place | null): Promise<void> {
    for (;;) {
      const page = await this.parts.stored.page(this.replay, after, this.chunkSize);
      const last = page.at(-1);
      if (!last) return;
      after = { createdAt: last.createdAt, id: last.deliveryId };
      const records = page.map((message) => this.repetitionOf(message));
      await this.request(records, { phase: 'deliveries', after });
    }
  }

  private async requestMissed(messages: readonly CanonicalMessage[], left: readonly TopicRange[]): Promise<void> {
    for (let at = 0; at < messages.length; at += this.chunkSize) {
      const chunk = messages.slice(at, at + this.chunkSize);
      // The place behind the batch is stored only when the whole batch was requested.
      await this.request(chunk.map((message) => this.firstRequestOf(message)));
    }
    // Many replays read together, and most batches have no messages for most of them, so not every place is stored. Reading a
    // part twice does no harm: each delivery is sent once.
    if (messages.length === 0 && performance.now() - this.savedAt < PLACE_EVERY_MS) return;
    await this.save(0, { phase: 'topics', ranges: left });
    this.savedAt = performance.now();
  }

  private async request(records: readonly OutgoingRecord[], cursor?: ReplayCursor): Promise<void> {
    const { clock, producer, ratePerSecond } = this.parts;
    this.signal.throwIfAborted();
    // Throws if the webhook was disabled meanwhile.
    void this.webhook;
    const startedAt = clock().getTime();
    await producer.publishAll(DELIVERY_REQUESTS, records);
    await this.save(records.length, cursor);
    await keepPace(records.length, ratePerSecond, clock().getTime() - startedAt, this.signal);
  }

  private async save(requested: number, cursor?: ReplayCursor): Promise<void> {
    insist(await this.parts.store.saveProgress(this.replay.id, requested, cursor));
    this.requested += requested;
  }

  private repetitionOf({ deliveryId, requested, body }: StoredMessage): OutgoingRecord {
    const repeating = {
      ...requestOfLog(deliveryId, requested),
      deliveryId: repeatIdOf(this.replay.id, deliveryId),
      acceptedAt: this.parts.clock().getTime(),
      kind: 'replay' as const,
      repeats: deliveryId,
    };
    return requestRecord({ request: repeating, body }, this.webhook.version);
  }

  /** The delivery gets the id that fan-out would have given it: if fan-out still requests it, too, it is sent once. */
  private firstRequestOf(message: CanonicalMessage): OutgoingRecord {
    const acceptedAt = this.parts.clock().getTime();
    const request = requestOf(message, this.replay.webhookId, acceptedAt);
    return requestRecord({ request: { ...request, kind: 'replay' }, body: webhookBody(message) }, this.webhook.version);
  }

  /** The webhook after the change. @throws an error for `settle`, if it takes no deliveries */
  get webhook(): RoutedWebhook {
    const webhook = this.parts.webhookOf(this.replay);
    if (webhook === 'unread') throw new WebhookUnread(this.replay);
    if (typeof webhook === 'string') throw new Refused(webhook);
    return webhook;
  }
}
