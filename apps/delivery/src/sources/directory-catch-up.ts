import { pause } from '@signet/async';
import { webhookVersionOf } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { LRUCache } from 'lru-cache';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';

/** Time between two checks of the directory, milliseconds: it is usually only milliseconds behind. */
const LOOK_MS = 20;
/** At most this many times, five seconds in all: the partition waits meanwhile. */
const MAX_LOOKS = 250;
/** How many webhooks whose snapshot did not come in time are remembered, about 200 bytes each. */
const KNOWN_MISSING = 10_000;

/** A request names the webhook in its key, and in a header the version that its sender had read. */
type RequestRecord = Pick<KafkaRecord, 'key' | 'headers'>;

/**
 * Waits until this replica has read the version of each webhook in a batch that the sender of the requests had read. It waits
 * only for webhooks that take no deliveries according to this replica: the sender may know that such a webhook was enabled
 * meanwhile. Without the wait, the first deliveries, a test, or a replay of missed messages would end unsent as `disabled`.
 *
 * If the snapshot does not come in time, the deliveries do end like that. Then no later batch waits for this version of the
 * webhook: if Kafka has compacted a deleted webhook away, its snapshot never comes, and each batch of an old backlog would
 * wait again. A snapshot is judged missing only if the table's reader has read a heartbeat that was written after the wait
 * began, and so everything before it: a reader that hangs proves nothing. If the judgement is wrong and the snapshot was only
 * late, it counts from the moment when it is read.
 */
export class DirectoryCatchUp {
  /** Webhook → latest version for which a wait ended without the snapshot. */
  private readonly missing = new LRUCache<string, number>({ max: KNOWN_MISSING });

  constructor(
    private readonly directory: Pick<WebhookDirectory, 'get' | 'mayHaveBegun'>,
    /** Age of the last heartbeat that was read, milliseconds; undefined where none was read yet. */
    private readonly heartbeatAgeMs: () => number | undefined,
    private readonly maxLooks = MAX_LOOKS,
  ) {}

  async untilRead(records: readonly RequestRecord[], signal: AbortSignal): Promise<void> {
    const begunAt = performance.now();
    for (let looks = 0; looks < this.maxLooks && !signal.aborted; looks += 1) {
      if (!records.some((record) => this.unreadVersion(record) !== undefined)) return;
      await pause(LOOK_MS, signal);
    }
    if (signal.aborted || !this.hasReadSince(begunAt)) return;
    for (const record of records) this.giveUp(record);
  }

  private hasReadSince(begunAt: number): boolean {
    const age = this.heartbeatAgeMs();
    return age !== undefined && age <= performance.now() - begunAt;
  }

  private giveUp(record: RequestRecord): void {
    const version = this.unreadVersion(record);
    if (version !== undefined) this.missing.set(String(record.key), version);
  }

  /** The version for which the batch has to wait; undefined where it need not wait. */
  private unreadVersion({ key, headers }: RequestRecord): number | undefined {
    const webhookId = String(key);
    if (this.directory.get(webhookId)?.isActive) return undefined;
    const version = webhookVersionOf(headers);
    if (version === undefined || version <= (this.missing.get(webhookId) ?? -1)) return undefined;
    return this.directory.mayHaveBegun(webhookId, version) ? version : undefined;
  }
}
