import { lookup } from 'node:dns/promises';
import { LRUCache } from 'lru-cache';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a name. Rejects with an error that has a `code` when there is none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** The resolver of the machine itself, with its hosts file and search domains. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/** The number of look-ups at the same time: libuv gives getaddrinfo half of its threads, rounded up. */
export const systemLookupsAtOnce = (threads = process.env['UV_THREADPOOL_SIZE']): number =>
  Math.max(1, Math.floor((Number(threads ?? 4) + 1) / 2));

type Kind = 'quick' | 'other';

const MAX_QUICK_NAMES = 10_000;

/**
 * Makes a limited number of look-ups at the same time. Names that were slow the last time, and names that are new, together get at
 * most half of them: so names whose servers do not answer cannot delay all other names.
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

  /** Quick names go first, but one of the other names may always run: it may have become quick. */
  #next(): Kind | undefined {
    const { quick, other } = this.#waiting;
    const most = Math.max(1, Math.floor(this.#atOnce / 2));
    if (other.length > 0 && (this.#running.other === 0 || (quick.length === 0 && this.#running.other < most)))
      return 'other';
    return quick.length > 0 ? 'quick' : undefined;
  }
}
