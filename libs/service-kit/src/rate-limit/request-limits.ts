import type { Monotonic } from '@signet/contracts';
import type { FastifyReply } from 'fastify';
import type { Counter } from 'prom-client';
import { problem } from '../problem/problem.ts';
import { addressName } from './address-name.ts';
import { TokenBuckets } from './token-buckets.ts';
import type { Taken } from './token-buckets.ts';

/** A bucket holds the requests that a key may make in this time, so a burst of so many requests passes at once. */
const WINDOW_SECONDS = 10;
const MINUTE_SECONDS = 60;
const MAX_KEYS = 50_000;
const MAX_ADDRESSES = 50_000;

export interface RequestLimitsOptions {
  /** Requests of one API key a second; 0: no limit. */
  readonly requestsPerSecond: number;
  /** Wrong keys from one address a minute; 0: no limit. */
  readonly wrongKeysPerMinute: number;
  readonly now: Monotonic;
  /** Counts refusals by `reason`: `key` or `address`. */
  readonly refused: Counter<'reason'>;
}

/**
 * Limits the requests of a key, and the wrong keys from an address, on this replica. Answers say in `RateLimit` and
 * `RateLimit-Policy` how much is left (draft-ietf-httpapi-ratelimit-headers).
 */
export class RequestLimits {
  readonly #keys: TokenBuckets | undefined;
  readonly #keyPolicy: string;
  readonly #addresses: TokenBuckets | undefined;
  readonly #addressPolicy: string;
  readonly #refused: Counter<'reason'>;

  constructor({ requestsPerSecond, wrongKeysPerMinute, refused, now }: RequestLimitsOptions) {
    const quota = requestsPerSecond * WINDOW_SECONDS;
    this.#keys =
      quota === 0
        ? undefined
        : new TokenBuckets({ capacity: quota, perSecond: requestsPerSecond, maxBuckets: MAX_KEYS, now });
    this.#keyPolicy = `"key";q=${quota};w=${WINDOW_SECONDS}`;
    const perSecond = wrongKeysPerMinute / MINUTE_SECONDS;
    this.#addresses =
      wrongKeysPerMinute === 0
        ? undefined
        : new TokenBuckets({ capacity: wrongKeysPerMinute, perSecond, maxBuckets: MAX_ADDRESSES, now });
    this.#addressPolicy = `"wrong-keys";q=${wrongKeysPerMinute};w=${MINUTE_SECONDS}`;
    this.#refused = refused;
  }

  /**
   * Counts a request of a key, and sets the headers of its answer that say how much is left.
   *
   * @throws Problem 429 `rate_limited`, with Retry-After
   */
  request(keyId: string, reply: FastifyReply): void {
    if (this.#keys === undefined) return;
    const taken = this.#keys.take(keyId);
    reply.header('ratelimit-policy', this.#keyPolicy).header('ratelimit', rateLimit('key', taken));
    if (taken.isAllowed) return;
    this.#refused.inc({ reason: 'key' });
    throw problem(429, 'rate_limited', 'This API key sends more requests than its rate limit allows.', {
      headers: retryAfter(taken),
    });
  }

  /**
   * Counts a wrong key from an address.
   *
   * @throws Problem 429 `too_many_wrong_keys`, with Retry-After, if there were too many
   */
  wrongKey(address: string): void {
    const taken = this.#addresses?.take(addressName(address));
    if (taken?.isAllowed === false) this.#refuseAddress(taken);
  }

  /**
   * For a service in which the check of an unknown key costs more than a look into memory. After too many wrong keys from an
   * address it refuses further unknown keys from there without a check. Known keys do not come here: a client with a right key
   * is served although others guess keys from the same address.
   *
   * @throws Problem 429 `too_many_wrong_keys`, with Retry-After
   */
  unknownKey(address: string): void {
    const left = this.#addresses?.look(addressName(address));
    if (left?.isAllowed === false) this.#refuseAddress(left);
  }

  #refuseAddress(taken: Taken): never {
    this.#refused.inc({ reason: 'address' });
    const headers = {
      ...retryAfter(taken),
      'ratelimit-policy': this.#addressPolicy,
      ratelimit: rateLimit('wrong-keys', taken),
    };
    throw problem(429, 'too_many_wrong_keys', 'Too many wrong API keys came from this address.', { headers });
  }
}

const rateLimit = (policy: string, { remaining, fullSeconds }: Taken): string =>
  `"${policy}";r=${remaining};t=${Math.ceil(fullSeconds)}`;

const retryAfter = ({ waitSeconds }: Taken) => ({ 'retry-after': String(Math.max(1, Math.ceil(waitSeconds))) });
