/** A request that says by its key that it is the same one when it comes again. */
export interface IdempotentRequest {
  /** Names caller key, method, path and key together: SHA-256, lower-case hex. */
  readonly scope: string;
  /** Of the body: SHA-256, lower-case hex. The same key with another body is another request by mistake. */
  readonly fingerprint: string;
}

/** An answer as it went out. */
export interface StoredAnswer {
  readonly status: number;
  /** Those that are part of the answer, by their lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The right to carry a request out, until it is answered. */
export interface IdempotencyClaim {
  /** Calls `work` in such a way that what it commits is known to belong to this claim. */
  run<T>(work: () => T): T;
  /** Keeps the answer for every repetition. */
  answered(answer: StoredAnswer): Promise<void>;
  /** No answer is worth keeping: a repetition carries the request out, unless it was committed before it failed. */
  failed(): Promise<void>;
}

export type Begun =
  | { readonly kind: 'begun'; readonly claim: IdempotencyClaim }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'under_way' }
  | { readonly kind: 'reused' }
  /** It was carried out, and nobody knows the answer any more: the process died before it was kept. */
  | { readonly kind: 'answer_lost' };

/** Where a service keeps which requests it has begun and how it answered them. */
export interface IdempotencyStore {
  /** Claims the request, or says why not; of any number who ask at once exactly one gets the claim. */
  begin(request: IdempotentRequest): Promise<Begun>;
}

/** Injection token of the service's IdempotencyStore. */
export const IDEMPOTENCY_STORE = Symbol('signet.idempotency-store');
