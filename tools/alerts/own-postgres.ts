import type { RunningPostgres } from '@signet/embedded';
import { signalProcess, startPostgres } from '@signet/embedded';
import { parentsOfAll } from '../bench/measure/proc.ts';

const DATABASE = 'signet';

/** A PostgreSQL of the demonstration's own. No supervisor starts it again when it ends. */
export class OwnPostgres {
  readonly #dataDir: string;
  #server: RunningPostgres;

  private constructor(dataDir: string, server: RunningPostgres) {
    this.#dataDir = dataDir;
    this.#server = server;
  }

  static async start(dataDir: string): Promise<OwnPostgres> {
    return new OwnPostgres(dataDir, await run(dataDir));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Every connection is refused from now on. */
  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Starts it on the same port and data. */
  async startAgain(): Promise<void> {
    this.#server = await run(this.#dataDir, this.#server.port);
  }

  /** Stops its processes (SIGSTOP): connections stay open, and PostgreSQL answers nothing. */
  hang(): void {
    for (const pid of this.#processes()) signalProcess(pid, 'SIGSTOP');
  }

  goOn(): void {
    for (const pid of this.#processes()) signalProcess(pid, 'SIGCONT');
  }

  /** Ends it, whatever state it is in. */
  async end(): Promise<void> {
    this.goOn();
    await this.#server.stop({ hard: true });
  }

  /** Process ids, the postmaster's first: a stopped postmaster starts no session while the others are being stopped. */
  #processes(): number[] {
    const sessions = [...parentsOfAll()].filter(([, parent]) => parent === this.#server.pid).map(([pid]) => pid);
    return [this.#server.pid, ...sessions];
  }
}

const run = (dataDir: string, port?: number): Promise<RunningPostgres> =>
  startPostgres({ dataDir, database: DATABASE, log: () => undefined, ...(port !== undefined && { port }) });
