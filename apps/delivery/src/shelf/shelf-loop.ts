import type { Clock } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { PollLoop } from '@signet/service-kit';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { UnreadableRowError } from './shelved-records.ts';
import type { Shelf, ShelvedRow } from './shelf.ts';

export interface ShelfLoopParts {
  readonly shelf: Shelf;
  /** What this replica may serve now. */
  readonly claims: () => PartitionClaim[];
  /** Nothing else of the webhook waits, and it may be asked. */
  readonly isReady: (webhookId: string) => boolean;
  /** This process has other things to do. */
  readonly isBusy: () => boolean;
  /** Resolves to whether all of them are durable as deliveries, or as dead letters. */
  readonly takeBack: (records: readonly KafkaRecord[], partition: number) => Promise<boolean>;
  /** Tells of a row that cannot be read, durably. */
  readonly onUnreadable: (row: ShelvedRow, error: UnreadableRowError) => Promise<void>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** How often it is looked while something is shelved, milliseconds. */
  readonly pollMs: number;
  /** After a row could not be taken back, milliseconds. */
  readonly pauseMs: number;
  /** Rows that are taken back at once, each of another webhook; one place is kept for those that can go out. */
  readonly atOnce: number;
  /** While the process is busy one row of a webhook that takes nothing is taken back in this time, milliseconds. */
  readonly unhurriedMs: number;
}

/**
 * Takes shelved requests back: those of webhooks that take deliveries again at once; the others, so that people see them
 * in the lists, when there is time for it.
 */
export class ShelfLoop {
  private readonly loop: PollLoop;
  /** By webhook. */
  private readonly underWay = new Map<string, Promise<void>>();
  /** Nobody knows, or something is there. */
  private mayHoldSome = true;
  /** By row, milliseconds since the epoch. */
  private readonly failedAt = new Map<string, number>();
  private lastUnhurriedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: ShelfLoopParts) {
    this.loop = new PollLoop(() => this.look(), parts.pollMs, parts.onError);
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.underWay.values());
  }

  /** Something was shelved, here or by an owner before. */
  shelved(): void {
    this.mayHoldSome = true;
  }

  /** There is never more to be done at once: each row that was taken back wakes the loop. */
  private async look(): Promise<false> {
    const { shelf, claims, isReady, atOnce } = this.parts;
    const partitions = claims().map(({ partition }) => partition);
    if (!this.mayHoldSome || partitions.length === 0) return false;
    this.mayHoldSome = false;
    const rows = await shelf.oldest(partitions).catch((error: unknown) => {
      this.mayHoldSome = true;
      throw error;
    });
    if (rows.length > 0) this.mayHoldSome = true;
    const waiting = [];
    for (const row of rows) {
      if (this.underWay.has(row.webhookId) || this.hasJustFailed(row)) continue;
      if (!isReady(row.webhookId)) waiting.push(row);
      else if (this.underWay.size < atOnce) this.begin(row);
    }
    // Those that cannot go out stand in nobody's way.
    for (const row of waiting) if (this.underWay.size < atOnce - 1 && this.hasTime()) this.begin(row);
    return false;
  }

  /** A row is not tried all the time while PostgreSQL or Kafka is away. */
  private hasJustFailed({ id }: ShelvedRow): boolean {
    const { clock, pauseMs } = this.parts;
    return clock().getTime() - (this.failedAt.get(id) ?? Number.NEGATIVE_INFINITY) < pauseMs;
  }

  /** For a row of a webhook that takes nothing. */
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
      .finally(() => this.underWay.delete(row.webhookId));
    this.underWay.set(row.webhookId, taking);
  }

  private async take(row: ShelvedRow): Promise<void> {
    const { shelf, takeBack } = this.parts;
    try {
      if (!(await takeBack(await shelf.read(row), row.partition))) return;
      await shelf.remove(row);
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      // Told first: a crash between the two tells of it twice.
      await this.parts.onUnreadable(row, error);
      await shelf.setAside(row, error.message);
    }
    this.failedAt.delete(row.id);
    this.loop.wake();
  }
}
