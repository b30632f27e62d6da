import type { Semaphore } from '@signet/async';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { Interrupted } from '../jobs/job.runner.ts';
import type { MissedMessages } from './missed-messages.ts';
import type { ReplayRun } from './replay-run.ts';
import type { Replay } from './replay.ts';
import type { ReplayStore } from './stored/replay.store.ts';

/** A third of a lease, so that one renewal may fail; milliseconds. */
const RENEW_MS = 10_000;

export interface ReplayBundleParts {
  readonly missed: Pick<MissedMessages, 'rangesOf' | 'read'>;
  readonly store: Pick<ReplayStore, 'renewAll'>;
  /** Limits how many replays read their stored deliveries from PostgreSQL at once. */
  readonly atOnce: Semaphore;
}

/**
 * Carries out replays that were leased together. The missed messages are read from Kafka once for all of them: after an
 * outage, hundreds of webhooks have missed messages of the same hours. Each replay requests its own deliveries and stores its
 * own place, so one that ends early, or fails, does not affect the others, and after a crash they can go on together or
 * apart.
 */
export class ReplayBundle {
  /** Replays that are neither at their ends nor interrupted. */
  private readonly left: Set<ReplayRun>;

  constructor(
    private readonly parts: ReplayBundleParts,
    private readonly runs: readonly ReplayRun[],
    private readonly signal: AbortSignal,
    /**
     * Called when a replay is interrupted: this bundle does no more for it and does not renew its lease, so it can go on
     * before the others have ended.
     */
    private readonly onInterrupted: (interrupted: Interrupted<Replay>) => void,
  ) {
    this.left = new Set(runs);
  }

  /** Resolves when each replay is at its end or interrupted. */
  async toTheEnd(): Promise<void> {
    const renewing = setInterval(() => void this.renew(), RENEW_MS);
    try {
      const begun = await Promise.all(this.runs.map((run) => this.parts.atOnce.run(() => this.begin(run))));
      await this.readTogether(begun.filter((run) => run !== undefined));
    } catch (error) {
      // An error of Kafka, or the signal's reason, interrupts all replays that are left.
      for (const run of [...this.left]) this.interrupt(run, error);
    } finally {
      clearInterval(renewing);
    }
  }

  /** @returns the run, if messages are to be read from Kafka for it */
  private async begin(run: ReplayRun): Promise<ReplayRun | undefined> {
    let readsTopics = false;
    await this.attempt(run, async () => {
      readsTopics = await run.begin();
      if (!readsTopics) await this.end(run);
    });
    return readsTopics ? run : undefined;
  }

  private async readTogether(runs: readonly ReplayRun[]): Promise<void> {
    const wanted: { run: ReplayRun; webhook: RoutedWebhook }[] = [];
    for (const run of runs) await this.attempt(run, async () => void wanted.push({ run, webhook: run.webhook }));
    const fresh = wanted.filter(({ run }) => !run.hasPlace);
    const found = await this.parts.missed.rangesOf(fresh.map(({ run: { replay }, webhook }) => ({ webhook, replay })));
    const rangesOf = new Map(fresh.map(({ run }, index) => [run, found[index] ?? []]));
    const readers = new Map(
      wanted.map(({ run, webhook }) => [run.reader(webhook, rangesOf.get(run) ?? []), run] as const),
    );
    await this.parts.missed.read([...readers.keys()], this.signal, async (reader, error) => {
      const run = readers.get(reader);
      if (run) await this.attempt(run, () => (error === undefined ? this.end(run) : Promise.reject(error as Error)));
    });
  }

  /** Runs a step of one replay: an error interrupts only this replay. */
  private async attempt(run: ReplayRun, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      try {
        await run.settle(error);
        this.left.delete(run);
      } catch (unsettled) {
        this.interrupt(run, unsettled);
      }
    }
  }

  private async end(run: ReplayRun): Promise<void> {
    await run.end();
    this.left.delete(run);
  }

  private interrupt(run: ReplayRun, error: unknown): void {
    this.left.delete(run);
    this.onInterrupted({ job: run.replay, error });
  }

  /**
   * Renews the leases: a replay that has no deliveries to request writes no progress, and would lose its lease. If this
   * fails, the replay's next write finds out.
   */
  private async renew(): Promise<void> {
    await this.parts.store.renewAll([...this.left].map(({ replay }) => replay.id)).catch(() => undefined);
  }
}
