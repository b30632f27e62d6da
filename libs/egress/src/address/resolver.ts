import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@signet/contracts';
import { LRUCache } from 'lru-cache';
import type { Lookups, ResolvedAddress } from './lookups.ts';
import type { EgressRules } from './rules.ts';
import { isLocalhost } from './url.ts';

export type Resolution =
  | {
      readonly ok: true;
      readonly addresses: readonly string[];
      /** When the resolver said so, milliseconds since the epoch; null where it was not asked. */
      readonly answeredAt: number | null;
    }
  | {
      readonly ok: false;
      readonly errorClass: 'dns' | 'blocked_address';
      readonly message: string;
      /** The resolver's; null where it has answered. */
      readonly code: string | null;
      /** When the resolver was asked, milliseconds since the epoch: up to a second, and its own time-out, before whoever gets this. */
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
/** How long a new answer is waited for where there is an older one … */
const PATIENCE_MS = 250;
/** … and how old that may be. */
const STALE_MS = 60_000;

interface Entry {
  readonly resolution: Resolution;
  /** It is used without asking again for a second from here, milliseconds since the epoch. */
  readonly at: number;
  /** When it was the answer. */
  readonly answeredAt: number;
}

interface Asking {
  readonly answer: Promise<Resolution>;
  /** The older one where the answer takes long. */
  readonly answerOrOlder: Promise<Resolution>;
}

/**
 * Addresses of names, checked: if a single one is not allowed the whole name is refused, because a name that points
 * inside at all is either a mistake or an attempt.
 *
 * Lookups of one name are coalesced, and an answer is used for a second: at thousands of requests a second to one host
 * a lookup each would cost more than the requests, and getaddrinfo has few threads for the whole process. An answer of the
 * last minute is used on while the next one takes long or the server fails for the moment (serve stale, RFC 8767). This
 * opens no door to rebinding: what is cached is the checked address itself, nothing is resolved again between check and
 * connection, and the connector judges the address once more whenever it opens a connection.
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

  /** At once when the answer is known, so that a busy host costs no promise. Never rejects. */
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
    const ended = new AbortController();
    void answer.finally(() => ended.abort());
    await wait(PATIENCE_MS, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
    if (ended.signal.aborted) return answer;
    this.#entries.set(host, { resolution, at: this.#clock().getTime(), answeredAt });
    return resolution;
  }

  /** @param usable an older answer, which stands while the server fails for the moment */
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

  /** Whether it is younger than that. A clock that was set back must not make an answer immortal. */
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
    // IPv4 first: a receiver with a broken IPv6 is far more common than the other way round.
    const isV6 = (address: string): number => (address.includes(':') ? 1 : 0);
    const addresses = found.map(({ address }) => address).sort((a, b) => isV6(a) - isV6(b));
    return { ok: true, addresses, answeredAt: this.#clock().getTime() };
  }
}
