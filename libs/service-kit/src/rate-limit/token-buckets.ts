import { LRUCache } from 'lru-cache';

export interface TokenBucketsOptions {
  /** Tokens of a full bucket: so many may be taken at once. */
  readonly capacity: number;
  /** Tokens that are added in a second. */
  readonly perSecond: number;
  /** The number of buckets in memory. Beyond it the least recently used one is dropped; it is full when it is used again. */
  readonly maxBuckets: number;
  /** Milliseconds since any moment, by a monotonic clock. */
  readonly now: () => number;
}

export interface Taken {
  readonly isAllowed: boolean;
  /** Whole tokens that are left. */
  readonly remaining: number;
  /** Seconds until there is a token; 0 if there is one. */
  readonly waitSeconds: number;
  /** Seconds until the bucket is full. */
  readonly fullSeconds: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each name, in bounded memory: one look-up and a little arithmetic a request. */
export class TokenBuckets {
  readonly #buckets: LRUCache<string, Bucket>;
  readonly #options: TokenBucketsOptions;

  constructor(options: TokenBucketsOptions) {
    this.#options = options;
    this.#buckets = new LRUCache({ max: options.maxBuckets });
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token if there is one. */
  take(name: string): Taken {
    const bucket = this.#filled(name);
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    return this.#shown(bucket, isAllowed);
  }

  /** Whether there is a token, without taking it. */
  look(name: string): Taken {
    const bucket = this.#filled(name);
    return this.#shown(bucket, bucket.tokens >= 1);
  }

  #filled(name: string): Bucket {
    const { capacity, perSecond, now } = this.#options;
    const at = now();
    const known = this.#buckets.get(name);
    if (known === undefined) {
      const full = { tokens: capacity, at };
      this.#buckets.set(name, full);
      return full;
    }
    known.tokens = Math.min(capacity, known.tokens + ((at - known.at) / 1_000) * perSecond);
    known.at = at;
    return known;
  }

  #shown({ tokens }: Bucket, isAllowed: boolean): Taken {
    const { capacity, perSecond } = this.#options;
    return {
      isAllowed,
      remaining: Math.floor(tokens),
      waitSeconds: tokens >= 1 ? 0 : (1 - tokens) / perSecond,
      fullSeconds: (capacity - tokens) / perSecond,
    };
  }
}
