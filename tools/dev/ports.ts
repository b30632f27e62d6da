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

async function choose(what: string, preferred: number, step: number): Promise<number> {
  let port = await freePort(preferred);
  if (port !== preferred && step > 1) port = await freePort(preferred + step);
  while (given.has(port)) port = await freePort(port + 1);
  given.add(port);
  if (port !== preferred) say(`Port ${preferred} is taken: ${what} gets ${port}`);
  return port;
}
