import { randomInt } from 'node:crypto';
import { freePort } from '@signet/embedded';
import { say } from '../progress.ts';

/** A port that a server is to have. */
export interface Wish {
  /** The name of the server, for the sentence that says that it gets another port. */
  readonly what: string;
  /** undefined: any. */
  readonly preferred?: number;
  /**
   * People guess this port: if the preferred one is taken, the server gets the next free one. Where this is not set, it gets a port a
   * random step above: two launchers that start at once see the same free ports, and would both take the next one.
   */
  readonly isGuessed?: boolean;
}

/** How far above a taken port another one is looked for, at most. */
const APART = 90;
/** How often ports are chosen for a server at most: another program may take one of them before the server listens. */
const CHOICES = 5;
/** Error texts of Node, PostgreSQL, Kafka and Prometheus for a port that is taken. */
const IN_USE = /EADDRINUSE|address already in use/i;

/** Chooses ports for the servers of one launcher. */
export class Ports {
  /** Ports that were given to a server, which perhaps does not listen yet. */
  readonly #given = new Set<number>();

  /** As `startOn`, for a server with one port. */
  startOnOne<T>(wish: Wish, start: (port: number) => Promise<T>): Promise<T> {
    return this.startOn([wish], ([port = 0]) => start(port));
  }

  /**
   * Starts a server on ports that are chosen for it. A port is known to be free only at the time of asking: if another program has
   * taken one of them by the time that the server listens, other ports are chosen.
   *
   * @param start gets a port for each wish, in their order; when it fails, nothing of the server listens any more
   * @throws what `start` throws where the ports are not the reason
   */
  async startOn<T>(wishes: readonly Wish[], start: (ports: readonly number[]) => Promise<T>): Promise<T> {
    for (let left = CHOICES - 1; ; left--) {
      const ports: number[] = [];
      // One after the other: two questions at the same time may get the same port.
      for (const wish of wishes) ports.push(await this.choose(wish));
      try {
        return await start(ports);
      } catch (error) {
        const lost = await firstTaken(ports);
        // Another launcher that tests whether a port is free holds it for a moment. Our server may have found it taken, although it is free now.
        const wasInUse = IN_USE.test((error as Error).message);
        if ((lost === undefined && !wasInUse) || left === 0) throw error;
        const which = lost === undefined ? `one of its ports (${ports.join(', ')})` : `port ${lost}`;
        say(`${wishes[0]?.what} could not be started, since ${which} has been taken meanwhile: choosing again`);
      }
    }
  }

  /** The preferred port, or else another one that is free and not given to a server yet; then a line says so. */
  protected async choose({ what, preferred, isGuessed = false }: Wish): Promise<number> {
    const step = isGuessed ? 1 : randomInt(1, APART);
    let port = await freePort(preferred);
    if (preferred !== undefined && port !== preferred && !isGuessed) port = await freePort(preferred + step);
    while (this.#given.has(port)) port = await freePort(port + step);
    this.#given.add(port);
    if (preferred !== undefined && port !== preferred) say(`Port ${preferred} is taken: ${what} gets ${port}`);
    return port;
  }
}

async function firstTaken(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) if ((await freePort(port)) !== port) return port;
  return undefined;
}
