import { lookup } from 'node:dns/promises';
import type { Clock } from '@signet/contracts';
import { LRUCache } from 'lru-cache';
import type { EgressRules } from './rules.ts';
import { isLocalhost } from './url.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a name. Rejects with an error that has a `code` when there is none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

export type Resolution =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly errorClass: 'dns' | 'blocked_address'; readonly message: string };

const BLOCKED: Resolution = { ok: false, errorClass: 'blocked_address', message: 'The address is not allowed.' };
const CACHE_MS = 1000;
const MAX_NAMES = 10_000;

/** What the machine itself would use: hosts file, search domains, everything. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/**
 * Addresses of names, checked: if a single one is not allowed the whole name is refused, because a name that points
 * inside at all is either a mistake or an attempt.
 *
 * Lookups of one name are coalesced, and an answer is used for a second: at thousands of requests a second to one host
 * a lookup each would cost more than the requests, and getaddrinfo has four threads for the whole process. This opens
 * no door to rebinding: what is cached is the checked address itself, nothing is resolved again between check and
 * connection, and the connector judges the address once more whenever it opens a connection.
 */
export class AddressBook {
  readonly #rules: EgressRules;
  readonly #resolve: Resolve;
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, { resolution: Resolution; at: number }>({ max: MAX_NAMES });
  readonly #asking = new Map<string, Promise<Resolution>>();

  constructor(options: { rules: EgressRules; resolve: Resolve; clock: Clock }) {
    this.#rules = options.rules;
    this.#resolve = options.resolve;
    this.#clock = options.clock;
  }

  /** At once when the answer is known, so that a busy host costs no promise. Never rejects. */
  find(host: string): Resolution | Promise<Resolution> {
    if (isLocalhost(host)) {
      const addresses = this.#rules.allowedLoopback;
      return addresses.length > 0 ? { ok: true, addresses } : BLOCKED;
    }
    const known = this.#entries.get(host);
    if (known !== undefined) {
      const age = this.#clock().getTime() - known.at;
      // A clock that was set back must not make an answer immortal.
      if (age >= 0 && age < CACHE_MS) return known.resolution;
    }
    return this.#asking.get(host) ?? this.#ask(host);
  }

  #ask(host: string): Promise<Resolution> {
    const asking = this.#lookup(host).then((resolution) => {
      this.#asking.delete(host);
      this.#entries.set(host, { resolution, at: this.#clock().getTime() });
      return resolution;
    });
    this.#asking.set(host, asking);
    return asking;
  }

  async #lookup(host: string): Promise<Resolution> {
    try {
      return this.#judge(await this.#resolve(host));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return { ok: false, errorClass: 'dns', message: `The host name could not be resolved (${code}).` };
    }
  }

  #judge(found: readonly ResolvedAddress[]): Resolution {
    if (!found.every(({ address }) => this.#rules.isAllowed(address))) {
      return BLOCKED;
    }
    if (found.length === 0) return { ok: false, errorClass: 'dns', message: 'The host name has no address.' };
    // IPv4 first: a receiver with a broken IPv6 is far more common than the other way round.
    const isV6 = (address: string): number => (address.includes(':') ? 1 : 0);
    const addresses = found.map(({ address }) => address).sort((a, b) => isV6(a) - isV6(b));
    return { ok: true, addresses };
  }
}
