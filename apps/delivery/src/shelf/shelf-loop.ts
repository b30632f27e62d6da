import type { Clock } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { PollLoop } from '@signet/service-kit';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { UnreadableRowError } from './shelved-records.ts';
import type { Shelf, ShelvedRow } from './shelf.ts';

export interface ShelfLoopParts {
  readonly shelf: Shelf;
  /** Claims of the partitions that this replica may serve now. */
  readonly claims: () => PartitionClaim[];
  /** Whether the webhook takes deliveries, and few enough of its other deliveries wait. */
  readonly isReady: (webhookId: string) => boolean;
  /** Whether this process is busy with more urgent work. */
  readonly isBusy: () => boolean;
  /** Calls `onTaken` when the records are in memory. Resolves to whether all are durable, as deliveries or as dead letters. */
  readonly takeBack: (records: readonly KafkaRecord[], partition: number, onTaken: () => void) => Promise<boolean>;
  /** Reports a row that cannot be read; resolves when the report is durable. */
  readonly onUnreadable: (row: ShelvedRow, error: UnreadableRowError) => Promise<void>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** How often the shelf is read while it may have rows, milliseconds. */
  readonly pollMs: number;
  /** Pause after a row could not be taken back, milliseconds. */
  readonly pauseMs: number;
  /**
   * How many rows are taken back at once. One place is reserved for webhooks that take deliveries again.
   */
  readonly atOnce: number;
  /**
   * While the process is busy, rows of webhooks that take nothing are taken back one at a time, with this much time between
   * them, milliseconds.
   */
  readonly unhurriedMs: number;
}

/**
 * How soon the shelf is read again when a row was taken back, milliseconds. A read costs a look at each webhook with rows, and may find
 * several rows to take back.
 */
const SOON_MS = 50;
/** Rows of one webhook that are taken back at once: while the last deliveries of one are sent, the next one is read. */
const ROWS_OF_ONE = 2;

/**
 * Takes shelved requests back. Requests of webhooks that take deliveries again are taken back at once. The others are taken
 * back when the process has time, so that people see them in the lists.
 */
export class ShelfLoop {
  private readonly loop: PollLoop;
  /** Rows that are being taken back, by id. */
  private readonly underWay = new Map<string, { readonly webhookId: string; readonly taking: Promise<void> }>();
  /** Webhooks of the rows that the last read of the shelf has found, those under way excepted. */
  private waiting: ReadonlySet<string> = new Set();
  /** False only after a read has found the shelf empty and no row was added since. */
  private mayHoldSome = true;
  /** When taking back a row failed last, by row, milliseconds since the epoch. */
  private readonly failedAt = new Map<string, number>();
  /** A row was taken into memory, or is done, since the last look began. */
  private mayGoOn = false;
  private soon: NodeJS.Timeout | undefined;
  private lastUnhurriedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: ShelfLoopParts) {
    this.loop = new PollLoop(() => this.look(), parts.pollMs, parts.onError);
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.soon);
    await this.loop.stop();
    await Promise.all([...this.underWay.values()].map(({ taking }) => taking));
  }

  /** Whether requests of the webhook wait on the shelf, as far as this replica knows. */
  isWaiting(webhookId: string): boolean {
    return this.waiting.has(webhookId);
  }

  /** To be called when rows may have been added to the shelf, by this replica or an earlier owner. */
  shelved(): void {
    this.mayHoldSome = true;
  }

  /** Resolves to false because the loop need not go on at once: each row that was taken back lets it look soon. */
  private async look(): Promise<false> {
    const { shelf, claims, isReady, atOnce } = this.parts;
    const partitions = claims().map(({ partition }) => partition);
    if (!this.mayHoldSome || partitions.length === 0) return false;
    this.mayHoldSome = false;
    this.mayGoOn = false;
    const rows = await shelf.oldest(partitions, [...this.underWay.keys()]).catch((error: unknown) => {
      this.mayHoldSome = true;
      throw error;
    });
    if (rows.length > 0 || this.underWay.size > 0) this.mayHoldSome = true;
    this.waiting = new Set(rows.map(({ webhookId }) => webhookId));
    const waiting = [];
    for (const row of rows) {
      const underWay = this.underWayOf(row.webhookId);
      if (underWay >= ROWS_OF_ONE || this.hasJustFailed(row)) continue;
      if (!isReady(row.webhookId)) {
        if (underWay === 0) waiting.push(row);
      } else if (this.underWay.size < atOnce) this.begin(row);
    }
    // Rows of webhooks that take nothing leave one place free for rows that can go out.
    for (const row of waiting) if (this.underWay.size < atOnce - 1 && this.hasTime()) this.begin(row);
    if (this.mayGoOn) this.lookSoon();
    return false;
  }

  private underWayOf(webhookId: string): number {
    let count = 0;
    for (const row of this.underWay.values()) if (row.webhookId === webhookId) count += 1;
    return count;
  }

  /** Whether the row has to pause after a failure: while PostgreSQL or Kafka is away it is not tried all the time. */
  private hasJustFailed({ id }: ShelvedRow): boolean {
    const { clock, pauseMs } = this.parts;
    return clock().getTime() - (this.failedAt.get(id) ?? Number.NEGATIVE_INFINITY) < pauseMs;
  }

  /** Whether there is time to take back a row of a webhook that takes nothing. */
  private hasTime(): boolean {
    const { isBusy, clock, unhurriedMs } = this.parts;
    const now = clock().getTime();
    if (isBusy() && now - this.lastUnhurriedAt < unhurriedMs) return false;
    this.lastUnhurriedAt = now;
    return true;
  }

  private begin(row: ShelvedRow): void {
    const { onError } = this.parts;
    const taking = this.take(row)
      .catch((error: unknown) => {
        this.failedAt.set(row.id, this.parts.clock().getTime());
        onError(error);
      })
      .finally(() => this.underWay.delete(row.id));
    this.underWay.set(row.id, { webhookId: row.webhookId, taking });
  }

  private async take(row: ShelvedRow): Promise<void> {
    const { shelf, takeBack } = this.parts;
    try {
      if (!(await takeBack(await shelf.read(row), row.partition, () => this.goOn()))) return;
      await shelf.remove(row);
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      // The report comes first: a crash between the two repeats the report and loses nothing.
      await this.parts.onUnreadable(row, error);
      await shelf.setAside(row, error.message);
    }
    this.failedAt.delete(row.id);
    this.goOn();
  }

  /** Another row may be taken back. */
  private goOn(): void {
    this.mayGoOn = true;
    this.lookSoon();
  }

  private lookSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.loop.wake();
    }, SOON_MS);
  }
}
