import { freePort } from '@signet/embedded';
import { say } from './progress.ts';

/** Ports that were given away but may not be listened on yet. */
const given = new Set<number>();

/** The preferred port or the next one that is free and not given away, saying so. */
export async function chosenPort(what: string, preferred: number): Promise<number> {
  let port = await freePort(preferred);
  while (given.has(port)) port = await freePort(port + 1);
  given.add(port);
  if (port !== preferred) say(`Port ${preferred} is taken: ${what} gets ${port}`);
  return port;
}
