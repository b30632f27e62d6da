import type { Clock } from '@signet/contracts';
import type { AcceptedRequest } from './accepted-request.ts';
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
  /** Resolves to whether all of them are durable as deliveries. */
  readonly takeBack: (requests: readonly AcceptedRequest[], claim: PartitionClaim) => Promise<boolean>;
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
  private timer: NodeJS.Timeout | undefined;
  private isStarted = false;
  private looking: Promise<void> | undefined;
  /** By webhook. */
  private readonly underWay = new Map<string, Promise<void>>();
  /** Nobody knows, or something is there. */
  private mayHoldSome = true;
  private lastUnhurriedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: ShelfLoopParts) {}

  start(): void {
    this.isStarted = true;
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.isStarted = false;
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all(this.underWay.values());
  }

  /** Something was shelved, here or by an owner before. */
  shelved(): void {
    this.mayHoldSome = true;
  }

  private schedule(delayMs: number): void {
    if (!this.isStarted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.looking = this.look()
        .catch((error: unknown) => this.parts.onError(error))
        .finally(() => {
          this.looking = undefined;
          this.schedule(this.parts.pollMs);
        });
    }, delayMs);
  }

  private async look(): Promise<void> {
    const claims = this.parts.claims();
    if (!this.mayHoldSome || claims.length === 0) return;
    this.mayHoldSome = false;
    try {
      const bundles = await this.parts.shelf.oldest(claims.map(({ partition }) => partition));
      if (bundles.length > 0) this.mayHoldSome = true;
      const { isReady } = this.parts;
      const ready = bundles.filter(({ webhookId }) => isReady(webhookId));
      // Those that cannot go out stand in nobody's way.
      for (const bundle of new Set([...ready, ...bundles])) {
        const claim = claims.find(({ partition }) => partition === bundle.partition);
        if (claim && this.isWanted(bundle)) this.begin(bundle, claim);
      }
    } catch (error) {
      this.mayHoldSome = true;
      throw error;
    }
  }

  private isWanted({ webhookId }: ShelvedBundle): boolean {
    const { isReady, isBusy, clock, atOnce, unhurriedMs } = this.parts;
    if (!this.isStarted || this.underWay.size >= atOnce || this.underWay.has(webhookId)) return false;
    if (isReady(webhookId)) return true;
    if (this.underWay.size >= atOnce - 1) return false;
    const now = clock().getTime();
    if (isBusy() && now - this.lastUnhurriedAt < unhurriedMs) return false;
    this.lastUnhurriedAt = now;
    return true;
  }

  private begin(bundle: ShelvedBundle, claim: PartitionClaim): void {
    const { shelf, takeBack, onError } = this.parts;
    const taking = (async () => {
      const requests = await shelf.read(bundle);
      if (!(await takeBack(requests, claim))) return;
      await shelf.remove(bundle);
      if (!this.looking) this.schedule(0);
    })()
      .catch(onError)
      .finally(() => this.underWay.delete(bundle.webhookId));
    this.underWay.set(bundle.webhookId, taking);
  }
}
