/** A request with an Idempotency-Key, by which its repetitions are recognized. */
export interface IdempotentRequest {
  /** Digest of caller key, method, path and key together: SHA-256, lower-case hex. */
  readonly scope: string;
  /** Digest of the body: SHA-256, lower-case hex. The same key with another body is a mistake of the client. */
  readonly fingerprint: string;
}

/** An answer as it was sent. */
export interface StoredAnswer {
  readonly status: number;
  /** Only headers that are part of the answer, by their lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The right to carry a request out, until it is answered. */
export interface IdempotencyClaim {
  /** Calls `work` so that its transactions can record that they belong to this claim. */
  run<T>(work: () => T): T;
  /** Keeps the answer for every repetition. */
  answered(answer: StoredAnswer): Promise<void>;
  /** There is no answer to keep: a repetition is carried out, unless the request was committed before it failed. */
  failed(): Promise<void>;
}

export type Begun =
  | { readonly kind: 'begun'; readonly claim: IdempotencyClaim }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'under_way' }
  | { readonly kind: 'reused' }
  /** The request was carried out, but its answer is lost: the process died before it was stored. */
  | { readonly kind: 'answer_lost' };

/** Stores which requests a service has begun and how it answered them. */
export interface IdempotencyStore {
  /** Claims the request, or says why it cannot. Of several calls at the same time exactly one gets the claim. */
  begin(request: IdempotentRequest): Promise<Begun>;
}

/** Injection token of the service's IdempotencyStore. */
export const IDEMPOTENCY_STORE = Symbol('signet.idempotency-store');
