import { lookup } from 'node:dns/promises';
import { LRUCache } from 'lru-cache';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a name. Rejects with an error that has a `code` when there is none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** What the machine itself would use: hosts file, search domains, everything. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/** libuv gives getaddrinfo half of its threads, rounded up. */
export const systemLookupsAtOnce = (threads = process.env['UV_THREADPOOL_SIZE']): number =>
  Math.max(1, Math.floor((Number(threads ?? 4) + 1) / 2));

interface Waiting {
  readonly host: string;
  readonly start: () => void;
}

const MAX_SLOW_NAMES = 10_000;

/**
 * Look-ups, so many at once. A name that took long the last time, be it found in the end or not, shares half of them with
 * others like it, so that names whose servers do not answer cannot keep those of everybody else waiting.
 */
export class Lookups {
  readonly #resolve: Resolve;
  readonly #atOnce: number;
  readonly #slowMs: number;
  readonly #slowNames = new LRUCache<string, true>({ max: MAX_SLOW_NAMES });
  readonly #running = { quick: 0, slow: 0 };
  readonly #waiting: { quick: Waiting[]; slow: Waiting[] } = { quick: [], slow: [] };

  /** @param slowMs a look-up that takes longer is slow, milliseconds */
  constructor(resolve: Resolve, atOnce: number, slowMs = 1_000) {
    this.#resolve = resolve;
    this.#atOnce = atOnce;
    this.#slowMs = slowMs;
  }

  async addressesOf(host: string): Promise<readonly ResolvedAddress[]> {
    const kind = this.#slowNames.has(host) ? 'slow' : 'quick';
    await new Promise<void>((start) => {
      this.#waiting[kind].push({ host, start });
      this.#startNext();
    });
    const startedAt = performance.now();
    try {
      return await this.#resolve(host);
    } finally {
      if (performance.now() - startedAt > this.#slowMs) this.#slowNames.set(host, true);
      else this.#slowNames.delete(host);
      this.#running[kind] -= 1;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (;;) {
      const { quick, slow } = this.#running;
      if (quick + slow >= this.#atOnce) return;
      const maySlow = slow < Math.max(1, Math.floor(this.#atOnce / 2));
      const kind = this.#waiting.quick.length > 0 ? 'quick' : 'slow';
      const next = kind === 'quick' || maySlow ? this.#waiting[kind].shift() : undefined;
      if (!next) return;
      this.#running[kind] += 1;
      next.start();
    }
  }
}
