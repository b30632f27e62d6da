import { setTimeout as delay } from 'node:timers/promises';
import { say, warn } from './progress.ts';

/** What @signet/embedded gives for a running server. */
export interface RunningServer {
  readonly pid: number;
  readonly exited: Promise<string>;
  stop(options?: { hard?: boolean }): Promise<void>;
}

const RESTART_MS = 1_000;

/** A server that is started again, on the same port and data, when it dies without having been stopped. */
export class KeptAlive<Server extends RunningServer> {
  readonly #name: string;
  readonly #begin: () => Promise<Server>;
  #server: Server | undefined;
  #stopped = false;

  constructor(name: string, begin: () => Promise<Server>) {
    this.#name = name;
    this.#begin = begin;
  }

  /** Resolves when it runs; rejects when it cannot be started at first. */
  async start(): Promise<Server> {
    const server = await this.#begin();
    this.#server = server;
    void this.#watch(server);
    return server;
  }

  /** Ends it for good. `hard` does not wait for it to tidy up. */
  async stop(options: { hard?: boolean }): Promise<void> {
    this.#stopped = true;
    await this.#server?.stop(options);
  }

  async #watch(server: Server): Promise<void> {
    const how = await server.exited;
    while (!this.#stopped) {
      warn(`${how}; starting it again`);
      await delay(RESTART_MS);
      if (this.#stopped) return;
      try {
        await this.start();
        // `stop` was called during the start and ended only the old server, so the new one is ended here.
        if (this.#stopped) await this.#server?.stop();
        say(`${this.#name} is back`);
        return;
      } catch (error) {
        warn((error as Error).message);
      }
    }
  }
}
