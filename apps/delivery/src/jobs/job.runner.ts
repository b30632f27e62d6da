import { pause, settledWithin } from '@signet/async';
import type { Logger } from '@signet/service-kit';

/** A job that has stopped before its end, and goes on soon, here or at another replica. */
export interface Interrupted<Job> {
  readonly job: Job;
  readonly error: unknown;
}

export interface JobRunnerParts<Job extends { readonly id: string }> {
  /** A job in the messages of the log, such as "a replay". */
  readonly name: string;
  readonly store: {
    /** Leases jobs that are carried out together; `most` at most. */
    lease(most: number): Promise<readonly Job[]>;
    release(id: string): Promise<void>;
  };
  /** Carries these jobs out together. Reports each one that was interrupted, and resolves when the others have ended. */
  readonly run: (
    jobs: readonly Job[],
    signal: AbortSignal,
    onInterrupted: (interrupted: Interrupted<Job>) => void,
  ) => Promise<void>;
  /** The fields of a log line about the job. */
  readonly about: (job: Job) => Readonly<Record<string, unknown>>;
  /** Resolves when the directory is complete: before that, the state of no webhook is known. */
  readonly whenReady: () => Promise<void>;
  readonly logger: Logger;
  /** How often it looks for jobs that no replica carries out, milliseconds. */
  readonly pollMs: number;
  /** How many bundles run at once; other jobs wait for a replica with room. */
  readonly maxAtOnce: number;
  /** How many jobs a bundle may have. */
  readonly maxTogether: number;
}

/** Carries out the jobs of one kind that this replica has leased, those that belong together as one bundle. */
export class JobRunner<Job extends { readonly id: string }> {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private looking: Promise<void> | undefined;
  private wakeUp: () => void = () => undefined;

  constructor(private readonly parts: JobRunnerParts<Job>) {}

  start(): void {
    this.looking = this.look();
  }

  /** Looks for jobs now: a new one may have been added. */
  wake(): void {
    this.wakeUp();
  }

  /** Stops the jobs under way at their present place; the next replica goes on with them. */
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
    const { name, store, maxAtOnce, maxTogether, logger } = this.parts;
    try {
      while (this.running.size < maxAtOnce && !this.stopping.signal.aborted) {
        const jobs = await store.lease(maxTogether);
        if (jobs.length === 0) return;
        const run = this.carryOut(jobs).finally(() => {
          this.running.delete(run);
          this.wakeUp();
        });
        this.running.add(run);
      }
    } catch (error) {
      logger.warn({ err: error }, `${name} could not be looked for`);
    }
  }

  private async carryOut(jobs: readonly Job[]): Promise<void> {
    const { name, run, about, logger } = this.parts;
    const { signal } = this.stopping;
    for (const job of jobs) logger.info({ ...about(job), together: jobs.length }, `${name} is carried out`);
    const interrupted = new Map<string, Promise<void>>();
    await run(jobs, signal, (one) => void interrupted.set(one.job.id, this.letGo(one)));
    for (const job of jobs)
      if (!interrupted.has(job.id)) logger.info(about(job), `${name} has ended, or goes on elsewhere`);
    await Promise.all(interrupted.values());
  }

  /**
   * Releases the interrupted job; the others of its bundle go on. It is released only once: soon after, this replica may hold
   * a new lease on it.
   */
  private async letGo({ job, error }: Interrupted<Job>): Promise<void> {
    const { name, store, about, logger, pollMs } = this.parts;
    const { signal } = this.stopping;
    if (!signal.aborted) logger.warn({ ...about(job), err: error }, `${name} was interrupted; it goes on soon`);
    await pause(pollMs, signal);
    await store.release(job.id).catch(() => undefined);
  }
}
