import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The number of ports above the preferred one that are tried before any other. */
const NEIGHBOURS = 100;
/**
 * The range of other ports: below those that systems give to outgoing connections (from 32,768 on). Otherwise such a connection
 * could take the port before a server that needs seconds to start binds it.
 */
const ANY = { from: 12_000, to: 32_000, tries: 200 };

/**
 * A free TCP port of 127.0.0.1: `preferred` if it is free, else the next free one above it, else any. It is only certain that the
 * port is free at the time of the call, so bind it soon.
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

/** Binds the port and releases it; resolves to the port, or to undefined if another process has it or only root may bind it. */
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
