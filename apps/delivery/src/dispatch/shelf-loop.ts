import type { Clock } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { PollLoop } from '@signet/service-kit';
import type { PartitionClaim } from './ownership.ts';
import type { Shelf, ShelvedBundle } from './shelf.ts';

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
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** How often it is looked while something is shelved, milliseconds. */
  readonly pollMs: number;
  /** Bundles that are taken back at once, each of another webhook; one place is kept for those that can go out. */
  readonly atOnce: number;
  /** While the process is busy one bundle of a webhook that takes nothing is taken back in this time, milliseconds. */
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

  /** There is never more to be done at once: each bundle that was taken back wakes the loop. */
  private async look(): Promise<false> {
    const { shelf, claims, isReady, atOnce } = this.parts;
    const partitions = claims().map(({ partition }) => partition);
    if (!this.mayHoldSome || partitions.length === 0) return false;
    this.mayHoldSome = false;
    const bundles = await shelf.oldest(partitions).catch((error: unknown) => {
      this.mayHoldSome = true;
      throw error;
    });
    if (bundles.length > 0) this.mayHoldSome = true;
    const waiting = [];
    for (const bundle of bundles) {
      if (this.underWay.has(bundle.webhookId)) continue;
      if (!isReady(bundle.webhookId)) waiting.push(bundle);
      else if (this.underWay.size < atOnce) this.begin(bundle);
    }
    // Those that cannot go out stand in nobody's way.
    for (const bundle of waiting) if (this.underWay.size < atOnce - 1 && this.hasTime()) this.begin(bundle);
    return false;
  }

  /** For a bundle of a webhook that takes nothing. */
  private hasTime(): boolean {
    const { isBusy, clock, unhurriedMs } = this.parts;
    const now = clock().getTime();
    if (isBusy() && now - this.lastUnhurriedAt < unhurriedMs) return false;
    this.lastUnhurriedAt = now;
    return true;
  }

  private begin(bundle: ShelvedBundle): void {
    const { shelf, takeBack, onError } = this.parts;
    const taking = (async () => {
      const records = await shelf.read(bundle);
      if (!(await takeBack(records, bundle.partition))) return;
      await shelf.remove(bundle);
      this.loop.wake();
    })()
      .catch(onError)
      .finally(() => this.underWay.delete(bundle.webhookId));
    this.underWay.set(bundle.webhookId, taking);
  }
}
