import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { MissedMessages } from './missed-messages.ts';
import type { ReplayRun } from './replay-run.ts';
import type { Replay } from './replay.ts';
import type { ReplayStore } from './stored/replay.store.ts';
import type { Turns } from '../delivery/http/turns.ts';

/** A third of a lease, so that one renewal may fail; milliseconds. */
const RENEW_MS = 10_000;

export interface ReplayBundleParts {
  readonly missed: Pick<MissedMessages, 'rangesOf' | 'read'>;
  readonly store: Pick<ReplayStore, 'renewAll'>;
  /** So many replays ask PostgreSQL for their stored deliveries at once. */
  readonly turns: Turns;
}

/** It is not at its end, and goes on soon, here or elsewhere. */
export interface Interrupted {
  readonly replay: Replay;
  readonly error: unknown;
}

/**
 * Carries replays out that were leased together. What was missed is read from Kafka once for all of them: after an outage,
 * hundreds of webhooks have missed messages of the same hours. Each is asked for its own and keeps a place of its own, so
 * one that ends early, or fails, leaves the others alone; and after a crash they go on together or apart.
 */
export class ReplayBundle {
  /** Those that are neither at their ends nor interrupted. */
  private readonly left: Set<ReplayRun>;

  constructor(
    private readonly parts: ReplayBundleParts,
    private readonly runs: readonly ReplayRun[],
    private readonly signal: AbortSignal,
    /** Nothing more is done about it here, and its lease is not renewed: it need not wait for the others. */
    private readonly onInterrupted: (interrupted: Interrupted) => void,
  ) {
    this.left = new Set(runs);
  }

  /** Resolves when each is at its end or interrupted. */
  async toTheEnd(): Promise<void> {
    const renewing = setInterval(() => void this.renew(), RENEW_MS);
    try {
      const begun = await Promise.all(this.runs.map((run) => this.parts.turns.take(() => this.begin(run))));
      await this.readTogether(begun.filter((run) => run !== undefined));
    } catch (error) {
      // What Kafka says to all of them, or the signal's reason.
      for (const run of [...this.left]) this.interrupt(run, error);
    } finally {
      clearInterval(renewing);
    }
  }

  /** @returns the run, where messages are to be read from Kafka for it */
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

  /** What goes wrong with one replay is its own. */
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
    this.onInterrupted({ replay: run.replay, error });
  }

  /** A member that has nothing to ask for writes nothing, and would lose its lease. Where that fails its next write tells. */
  private async renew(): Promise<void> {
    await this.parts.store.renewAll([...this.left].map(({ replay }) => replay.id)).catch(() => undefined);
  }
}
