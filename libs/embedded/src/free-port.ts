import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** How many ports above the preferred one are tried before any other. */
const NEIGHBOURS = 100;
/**
 * Where any other is taken from: below the ports that systems give to outgoing connections (from 32,768 on), one of which
 * would else get hold of it before a server that takes seconds to start binds it.
 */
const ANY = { from: 12_000, to: 32_000, tries: 200 };

/**
 * A TCP port of 127.0.0.1 that nobody listens on: `preferred` if it is free, else the next free one above it, else any.
 * The port is free at the time of asking only: bind it soon.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined) {
    const last = Math.min(preferred + NEIGHBOURS, 65_535);
    for (let port = preferred; port <= last; port++) {
      if ((await bindable(port)) !== undefined) return port;
    }
  }
  for (let tries = 0; tries < ANY.tries; tries++) {
    const port = randomInt(ANY.from, ANY.to);
    if ((await bindable(port)) !== undefined) return port;
  }
  throw new Error('No free TCP port on 127.0.0.1.');
}

/** Binds and lets go; resolves to the port, or to undefined where somebody else has it or only root may have it. */
function bindable(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}
