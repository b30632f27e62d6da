import { pause, settledWithin } from '@signet/async';
import type { Logger } from '@signet/service-kit';
import type { Interrupted } from './replay-bundle.ts';
import type { Replay } from './replay.ts';
import type { ReplayStore } from './stored/replay.store.ts';

export interface ReplayRunnerParts {
  readonly store: Pick<ReplayStore, 'lease' | 'release'>;
  /** Carries these replays out together. Reports each one that was interrupted, and resolves when the others have ended. */
  readonly run: (
    replays: readonly Replay[],
    signal: AbortSignal,
    onInterrupted: (interrupted: Interrupted) => void,
  ) => Promise<void>;
  /** Resolves when the directory is complete: before that, the state of no webhook is known. */
  readonly whenReady: () => Promise<void>;
  readonly logger: Logger;
  /** How often it looks for replays that no replica carries out, milliseconds. */
  readonly pollMs: number;
  /** How many bundles run at once; other replays wait for a replica with room. */
  readonly maxAtOnce: number;
  /** How many replays a bundle may have; they read Kafka together. */
  readonly maxTogether: number;
}

/** Carries out the replays that this replica has leased, those of missed messages of about the same time together. */
export class ReplayRunner {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private looking: Promise<void> | undefined;
  private wakeUp: () => void = () => undefined;

  constructor(private readonly parts: ReplayRunnerParts) {}

  start(): void {
    this.looking = this.look();
  }

  /** Looks for replays now: a new one may have been added. */
  wake(): void {
    this.wakeUp();
  }

  /** Stops the replays under way at their present place; the next replica goes on with them. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp();
    await this.looking;
    await Promise.all(this.running);
  }

  private async look(): Promise<void> {
    const { signal } = this.stopping;
    const { pollMs, whenReady } = this.parts;
    await settledWithin(whenReady(), signal);
    while (!signal.aborted) {
      const sleep = new AbortController();
      this.wakeUp = () => sleep.abort();
      await this.fill();
      await pause(pollMs, AbortSignal.any([signal, sleep.signal]));
    }
  }

  private async fill(): Promise<void> {
    const { store, maxAtOnce, maxTogether, logger } = this.parts;
    try {
      while (this.running.size < maxAtOnce && !this.stopping.signal.aborted) {
        const replays = await store.lease(maxTogether);
        if (replays.length === 0) return;
        const run = this.carryOut(replays).finally(() => {
          this.running.delete(run);
          this.wakeUp();
        });
        this.running.add(run);
      }
    } catch (error) {
      logger.warn({ err: error }, 'replays could not be looked for');
    }
  }

  private async carryOut(replays: readonly Replay[]): Promise<void> {
    const { run, logger } = this.parts;
    const { signal } = this.stopping;
    for (const { id: replayId, webhookId, status, requested } of replays)
      logger.info({ replayId, webhookId, status, requested, together: replays.length }, 'a replay is carried out');
    const interrupted = new Map<string, Promise<void>>();
    await run(replays, signal, (one) => void interrupted.set(one.replay.id, this.letGo(one)));
    for (const { id: replayId, webhookId } of replays)
      if (!interrupted.has(replayId)) logger.info({ replayId, webhookId }, 'a replay has ended, or goes on elsewhere');
    await Promise.all(interrupted.values());
  }

  /**
   * Releases the interrupted replay; the others of its bundle go on. It is released only once: soon after, this replica may
   * hold a new lease on it.
   */
  private async letGo({ replay: { id: replayId, webhookId }, error }: Interrupted): Promise<void> {
    const { store, logger, pollMs } = this.parts;
    const { signal } = this.stopping;
    if (!signal.aborted) logger.warn({ replayId, webhookId, err: error }, 'a replay was interrupted; it goes on soon');
    await pause(pollMs, signal);
    await store.release(replayId).catch(() => undefined);
  }
}
