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
   * People guess this port, so the next free one is taken where the preferred one is not free. Without it, it is one a little
   * above: two launchers that start at once see the same ports free, and the next one would be the same for both.
   */
  readonly isGuessed?: boolean;
}

/** How far above a taken port another one is looked for, at most. */
const APART = 90;
/** How often other ports are chosen for a server one of whose ports was taken before it could listen. */
const CHOICES = 5;
/** What Node, PostgreSQL, Kafka and Prometheus say when a port is taken. */
const IN_USE = /EADDRINUSE|address already in use/i;

/** Chooses ports for the servers of one launcher. */
export class Ports {
  /** Given away, but perhaps not listened on yet. */
  readonly #given = new Set<number>();

  /** As `startOn`, for a server with one port. */
  startOnOne<T>(wish: Wish, start: (port: number) => Promise<T>): Promise<T> {
    return this.startOn([wish], ([port = 0]) => start(port));
  }

  /**
   * Starts a server on ports that are chosen for it. A port is free at the time of asking only: where somebody else has one of
   * them by the time that the server listens, other ports are chosen.
   *
   * @param start gets a port for each wish, in their order; when it fails, nothing of the server listens any more
   * @throws what `start` throws where the ports are not the reason
   */
  async startOn<T>(wishes: readonly Wish[], start: (ports: readonly number[]) => Promise<T>): Promise<T> {
    for (let left = CHOICES - 1; ; left--) {
      const ports: number[] = [];
      // One after the other: two that ask at once may be given the same.
      for (const wish of wishes) ports.push(await this.choose(wish));
      try {
        return await start(ports);
      } catch (error) {
        const lost = await firstTaken(ports);
        // A launcher that asks whether a port is free holds it for a moment, in which another's server finds it taken.
        const wasInUse = IN_USE.test((error as Error).message);
        if ((lost === undefined && !wasInUse) || left === 0) throw error;
        const which = lost === undefined ? `one of its ports (${ports.join(', ')})` : `port ${lost}`;
        say(`${wishes[0]?.what} could not be started, since ${which} has been taken meanwhile: choosing again`);
      }
    }
  }

  /** The preferred port, or another one that is free and not given away, saying so. */
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
