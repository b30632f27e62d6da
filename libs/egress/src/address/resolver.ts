import { settledWithin } from '@signet/async';
import type { Clock } from '@signet/contracts';
import { LRUCache } from 'lru-cache';
import type { Lookups, ResolvedAddress } from './lookups.ts';
import type { EgressRules } from './rules.ts';
import { isLocalhost } from './url.ts';

export type Resolution =
  | {
      readonly ok: true;
      readonly addresses: readonly string[];
      /** When the resolver answered, milliseconds since the epoch; null if it was not asked. */
      readonly answeredAt: number | null;
    }
  | {
      readonly ok: false;
      readonly errorClass: 'dns' | 'blocked_address';
      readonly message: string;
      /** The code of the resolver's error; null if it has answered. */
      readonly code: string | null;
      /** When the resolver was asked, milliseconds since the epoch. Since answers are shared, it may be before the caller's own request. */
      readonly askedAt: number | null;
    };

const BLOCKED: Resolution = {
  ok: false,
  errorClass: 'blocked_address',
  message: 'The address is not allowed.',
  code: null,
  askedAt: null,
};
const CACHE_MS = 1000;
const MAX_NAMES = 10_000;
/** If there is an older answer, how long to wait for a new one before the older one is used … */
const PATIENCE_MS = 250;
/** … and how old that may be. */
const STALE_MS = 60_000;

interface Entry {
  readonly resolution: Resolution;
  /** It is used without asking again for a second from here, milliseconds since the epoch. */
  readonly at: number;
  /** When the resolver gave this answer. */
  readonly answeredAt: number;
}

interface Asking {
  readonly answer: Promise<Resolution>;
  /** The older answer, if the new one takes long. */
  readonly answerOrOlder: Promise<Resolution>;
}

/**
 * Resolves names and checks their addresses. If a single address is not allowed, the whole name is refused: a name with an inner
 * address is either a mistake or an attack.
 *
 * Look-ups of one name are shared, and an answer is used for a second: with thousands of requests a second to one host, a look-up
 * for each would cost more than the requests, and getaddrinfo has few threads for the whole process. An answer of the last minute
 * is still used while the next one takes long or the server fails temporarily (serve stale, RFC 8767). This does not make DNS
 * rebinding possible: the cache holds the checked addresses, no name is resolved again between check and connection, and the
 * connector checks the address once more whenever it opens a connection.
 */
export class AddressBook {
  readonly #rules: EgressRules;
  readonly #lookups: Lookups;
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, Entry>({ max: MAX_NAMES });
  readonly #asking = new Map<string, Asking>();

  constructor(options: { rules: EgressRules; lookups: Lookups; clock: Clock }) {
    this.#rules = options.rules;
    this.#lookups = options.lookups;
    this.#clock = options.clock;
  }

  /** Returns a known answer directly, so that a busy host does not need a promise for each request. Never rejects. */
  find(host: string): Resolution | Promise<Resolution> {
    if (isLocalhost(host)) {
      const addresses = this.#rules.allowedLoopback;
      return addresses.length > 0 ? { ok: true, addresses, answeredAt: null } : BLOCKED;
    }
    const known = this.#entries.get(host);
    if (known !== undefined && this.#isYounger(known.at, CACHE_MS)) return known.resolution;
    const usable = known?.resolution.ok && this.#isYounger(known.answeredAt, STALE_MS) ? known : undefined;
    const asking = this.#asking.get(host) ?? this.#ask(host, usable);
    return usable ? asking.answerOrOlder : asking.answer;
  }

  #ask(host: string, usable: Entry | undefined): Asking {
    const answer = this.#lookup(host, usable).then((entry) => {
      this.#asking.delete(host);
      this.#entries.set(host, entry);
      return entry.resolution;
    });
    const asking = { answer, answerOrOlder: usable ? this.#goOnWith(host, usable, answer) : answer };
    this.#asking.set(host, asking);
    return asking;
  }

  /** The older answer, when the new one has not come within the patience. */
  async #goOnWith(host: string, { resolution, answeredAt }: Entry, answer: Promise<Resolution>): Promise<Resolution> {
    if (await settledWithin(answer, PATIENCE_MS)) return answer;
    this.#entries.set(host, { resolution, at: this.#clock().getTime(), answeredAt });
    return resolution;
  }

  /** @param usable an older answer, which is used if the server fails temporarily */
  async #lookup(host: string, usable: Entry | undefined): Promise<Entry> {
    const entryOf = (resolution: Resolution, answeredAt = this.#clock().getTime()): Entry => ({
      resolution,
      at: this.#clock().getTime(),
      answeredAt,
    });
    const askedAt = this.#clock().getTime();
    try {
      return entryOf(this.#judge(await this.#lookups.addressesOf(host), askedAt));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      if (code === 'EAI_AGAIN' && usable) return entryOf(usable.resolution, usable.answeredAt);
      const message = `The host name could not be resolved (${code}).`;
      return entryOf({ ok: false, errorClass: 'dns', message, code, askedAt });
    }
  }

  /** Whether it is younger than that. A negative age counts as old: a clock that is set back must not keep an answer for ever. */
  #isYounger(time: number, mostMs: number): boolean {
    const age = this.#clock().getTime() - time;
    return age >= 0 && age < mostMs;
  }

  #judge(found: readonly ResolvedAddress[], askedAt: number): Resolution {
    if (!found.every(({ address }) => this.#rules.isAllowed(address))) {
      return BLOCKED;
    }
    if (found.length === 0)
      return { ok: false, errorClass: 'dns', message: 'The host name has no address.', code: 'ENODATA', askedAt };
    // IPv4 first: receivers with broken IPv6 are far more common than receivers with broken IPv4.
    const isV6 = (address: string): number => (address.includes(':') ? 1 : 0);
    const addresses = found.map(({ address }) => address).sort((a, b) => isV6(a) - isV6(b));
    return { ok: true, addresses, answeredAt: this.#clock().getTime() };
  }
}
