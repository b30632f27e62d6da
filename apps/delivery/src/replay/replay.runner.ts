import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@signet/service-kit';
import type { Replay } from './replay.ts';
import type { ReplayStore } from './replay.store.ts';

export interface ReplayRunnerParts {
  readonly store: Pick<ReplayStore, 'lease' | 'release'>;
  /** Carries one out. Resolves when there is nothing more to do about it here. */
  readonly run: (replay: Replay, signal: AbortSignal) => Promise<void>;
  /** Before it nothing can be said about any webhook. */
  readonly whenReady: () => Promise<void>;
  readonly logger: Logger;
  /** How often it looks for replays that nobody carries out, milliseconds. */
  readonly pollMs: number;
  /** Replays at once; others wait for a replica with room. */
  readonly maxAtOnce: number;
}

/** Carries out the replays that this replica has leased, each by itself. */
export class ReplayRunner {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private looking: Promise<void> | undefined;
  private wakeUp: () => void = () => undefined;

  constructor(private readonly parts: ReplayRunnerParts) {}

  start(): void {
    this.looking = this.look();
  }

  /** There may be a new one. */
  wake(): void {
    this.wakeUp();
  }

  /** Whatever is under way is left where it stands, for the next replica. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp();
    await this.looking;
    await Promise.all(this.running);
  }

  private async look(): Promise<void> {
    const { signal } = this.stopping;
    const { pollMs, whenReady } = this.parts;
    await Promise.race([whenReady(), aborted(signal)]);
    while (!signal.aborted) {
      const sleep = new AbortController();
      this.wakeUp = () => sleep.abort();
      await this.fill();
      await wait(pollMs, undefined, { signal: AbortSignal.any([signal, sleep.signal]) }).catch(() => undefined);
    }
  }

  private async fill(): Promise<void> {
    const { store, maxAtOnce, logger } = this.parts;
    try {
      while (this.running.size < maxAtOnce && !this.stopping.signal.aborted) {
        const replay = await store.lease();
        if (!replay) return;
        const run = this.carryOut(replay).finally(() => {
          this.running.delete(run);
          this.wakeUp();
        });
        this.running.add(run);
      }
    } catch (error) {
      logger.warn({ err: error }, 'replays could not be looked for');
    }
  }

  private async carryOut(replay: Replay): Promise<void> {
    const { run, store, logger, pollMs } = this.parts;
    const { signal } = this.stopping;
    const about = { replayId: replay.id, webhookId: replay.webhookId };
    logger.info({ ...about, status: replay.status, requested: replay.requested }, 'a replay is carried out');
    try {
      await run(replay, signal);
      logger.info(about, 'a replay has ended, or goes on elsewhere');
      return;
    } catch (error) {
      if (!signal.aborted) logger.warn({ ...about, err: error }, 'a replay was interrupted; it goes on soon');
    }
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
    await store.release(replay.id).catch(() => undefined);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
