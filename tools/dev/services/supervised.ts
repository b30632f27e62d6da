import type { EndingStep } from '@signet/embedded';
import { endProcess, markOf } from '@signet/embedded';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child, ChildCommand } from './child.ts';
import { startChild } from './child.ts';
import { LogTail } from './log-tail.ts';
import { saidIn, tailOf } from './log-end.ts';

export interface SupervisedOptions extends ChildCommand {
  /** Rejects or gives false while the process of this id is not ready, also where another program answers on its port. */
  readonly isReady: (pid: number) => Promise<boolean>;
  /** A new process runs. */
  readonly onStart: (pid: number) => void;
  /** It is ready, at first and after each restart. */
  readonly onReady?: (child: Child) => void;
  readonly log: (line: string) => void;
  readonly warn: (line: string) => void;
  readonly readyTimeoutMs?: number;
}

/** Waits before the restarts that follow one another; a process that lived for a minute starts over. */
const BACKOFF_MS = [200, 500, 1_000, 2_000, 5_000, 10_000] as const;
const LIVED_WELL_MS = 60_000;
const READY_POLL_MS = 50;
/** Exit codes of a service that says in plain lines why it does not start: EX_CONFIG and EX_UNAVAILABLE of sysexits.h. */
const REFUSALS: ReadonlySet<number> = new Set([78, 69]);
const GENTLY: readonly EndingStep[] = [
  { signal: 'SIGTERM', waitMs: 30_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];
const HARD: readonly EndingStep[] = GENTLY.slice(1);

/** A process that is started again when it dies, until it is stopped. */
export class Supervised {
  readonly name: string;
  readonly #options: SupervisedOptions;
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  #restarts = 0;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The process of now, to send it messages. */
  get child(): Child | undefined {
    return this.#child;
  }

  /**
   * Resolves when the process is ready for the first time. A process that dies before that is not started again: its
   * settings are wrong or its port is taken, and its log says which. When this rejects, the process has ended.
   */
  async start(): Promise<void> {
    const child = this.#spawn();
    try {
      await this.#untilReady(child);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#options.onReady?.(child);
    void this.#watch(child);
  }

  /** Ends it and starts it no more. `hard` does not wait for it to finish what it does. */
  async stop({ hard = false } = {}): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child === undefined) return;
    const mark = markOf(child.pid);
    const ended = mark && (await endProcess(mark, hard ? HARD : GENTLY));
    await child.exited;
    if (ended === 'SIGKILL' && !hard) this.#options.warn(`${this.name} did not end in time and was killed`);
  }

  #spawn(): Child {
    const child = startChild(this.#options);
    this.#child = child;
    this.#options.onStart(child.pid);
    const tail = new LogTail(this.#options.logFile, child.logStart, (line) =>
      this.#options.warn(`${this.name}: ${line}`),
    );
    void child.exited.then(() => tail.close());
    return child;
  }

  async #untilReady(child: Child): Promise<void> {
    const { isReady, readyTimeoutMs = 60_000, logFile } = this.#options;
    const deadline = performance.now() + readyTimeoutMs;
    let ending: Awaited<Child['exited']> | undefined;
    void child.exited.then((how) => (ending = how));
    const gone = child.exited.then(() => false);
    // Another program may have the port and never answer, so the process's end also ends the wait.
    while (!(await Promise.race([isReady(child.pid).catch(() => false), gone]))) {
      this.#stopping.signal.throwIfAborted();
      if (ending !== undefined) {
        if (ending.code !== null && REFUSALS.has(ending.code))
          throw new Error(`${this.name} does not start (${describe(ending)}): ${saidIn(logFile, child.logStart)}`);
        throw new Error(
          `${this.name} ended with ${describe(ending)} before it was ready. ${tailOf(logFile, child.logStart)}`,
        );
      }
      if (performance.now() > deadline) {
        throw new Error(
          `${this.name} was not ready within ${readyTimeoutMs / 1000} s. ${tailOf(logFile, child.logStart)}`,
        );
      }
      await delay(READY_POLL_MS);
    }
  }

  async #watch(first: Child): Promise<void> {
    let child = first;
    for (;;) {
      const startedAt = performance.now();
      const ending = await child.exited;
      if (this.#stopping.signal.aborted) return;
      if (performance.now() - startedAt > LIVED_WELL_MS) this.#restarts = 0;
      const waitMs = BACKOFF_MS[Math.min(this.#restarts++, BACKOFF_MS.length - 1)] ?? 0;
      this.#options.warn(`${this.name} (process ${child.pid}) ended with ${describe(ending)}; starting it again`);
      await delay(waitMs);
      if (this.#stopping.signal.aborted) return;
      child = this.#spawn();
      void this.#announce(child);
    }
  }

  async #announce(child: Child): Promise<void> {
    try {
      await this.#untilReady(child);
    } catch (error) {
      if (!this.#stopping.signal.aborted && child === this.#child) this.#options.warn((error as Error).message);
      return;
    }
    this.#options.onReady?.(child);
    this.#options.log(`${this.name} is back (process ${child.pid})`);
  }
}

const describe = ({ code, signal }: Awaited<Child['exited']>): string => signal ?? `exit code ${code}`;
