import { randomInt } from 'node:crypto';
import { freePort } from '@signet/embedded';
import { say } from './progress.ts';

/** Ports that were given away but may not be listened on yet. */
const given = new Set<number>();

/** The preferred port or the next one that is free and not given away, saying so. */
export const chosenPort = (what: string, preferred: number): Promise<number> => choose(what, preferred, 1);

/**
 * The same for a port that nobody has to guess: where the preferred one is taken, it is one a little above it. Two launchers
 * that start at once see the same ports free; the next one would be the same for both, and each would take the other's
 * services for its own.
 */
export const chosenInnerPort = (what: string, preferred: number): Promise<number> =>
  choose(what, preferred, randomInt(1, 90));

/** How often another port is chosen for a server whose port was taken before it could listen. */
const CHOICES = 5;

/**
 * Starts a server on a port that is chosen as by `chosenInnerPort`. A port is free at the time of asking only: where the
 * server cannot be started and somebody else has its port by then, another one is chosen.
 *
 * @throws what `start` throws where the port is not the reason
 */
export async function startOnChosenPort<T>(
  what: string,
  preferred: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let left = CHOICES - 1; ; left--) {
    const port = await chosenInnerPort(what, preferred);
    try {
      return await start(port);
    } catch (error) {
      const isTaken = (await freePort(port)) !== port;
      if (!isTaken || left === 0) throw error;
      say(`${what} could not be started, since port ${port} has been taken meanwhile: choosing another one`);
    }
  }
}

async function choose(what: string, preferred: number, step: number): Promise<number> {
  let port = await freePort(preferred);
  if (port !== preferred && step > 1) port = await freePort(preferred + step);
  while (given.has(port)) port = await freePort(port + 1);
  given.add(port);
  if (port !== preferred) say(`Port ${preferred} is taken: ${what} gets ${port}`);
  return port;
}
