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

type Kind = 'quick' | 'other';

const MAX_QUICK_NAMES = 10_000;

/**
 * Look-ups, so many at once. A name that was not answered quickly the last time, or never asked for, shares half of them
 * with others like it, so that names whose servers do not answer cannot keep those of everybody else waiting.
 */
export class Lookups {
  readonly #resolve: Resolve;
  readonly #atOnce: number;
  readonly #slowMs: number;
  readonly #quickNames = new LRUCache<string, true>({ max: MAX_QUICK_NAMES });
  readonly #running: Record<Kind, number> = { quick: 0, other: 0 };
  readonly #waiting: Record<Kind, (() => void)[]> = { quick: [], other: [] };

  /** @param slowMs a look-up that takes longer is not quick, milliseconds */
  constructor(resolve: Resolve, atOnce: number, slowMs = 1_000) {
    this.#resolve = resolve;
    this.#atOnce = atOnce;
    this.#slowMs = slowMs;
  }

  async addressesOf(host: string): Promise<readonly ResolvedAddress[]> {
    const kind: Kind = this.#quickNames.has(host) ? 'quick' : 'other';
    await new Promise<void>((start) => {
      this.#waiting[kind].push(start);
      this.#startNext();
    });
    const startedAt = performance.now();
    try {
      return await this.#resolve(host);
    } finally {
      if (performance.now() - startedAt > this.#slowMs) this.#quickNames.delete(host);
      else this.#quickNames.set(host, true);
      this.#running[kind] -= 1;
      this.#startNext();
    }
  }

  #startNext(): void {
    while (this.#running.quick + this.#running.other < this.#atOnce) {
      const kind = this.#next();
      const start = kind && this.#waiting[kind].shift();
      if (!start) return;
      this.#running[kind] += 1;
      start();
    }
  }

  /** Quick ones go first, but for the first of the others: it may have become quick. */
  #next(): Kind | undefined {
    const { quick, other } = this.#waiting;
    const most = Math.max(1, Math.floor(this.#atOnce / 2));
    if (other.length > 0 && (this.#running.other === 0 || (quick.length === 0 && this.#running.other < most)))
      return 'other';
    return quick.length > 0 ? 'quick' : undefined;
  }
}
