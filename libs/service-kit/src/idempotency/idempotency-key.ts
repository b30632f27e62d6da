import { createHash } from 'node:crypto';
import { problem } from '../problem/problem.ts';
import type { IdempotentRequest } from './idempotency-store.ts';

const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): 1 to 255 printable ASCII characters, which are not
 * interpreted. undefined if there is no such header.
 *
 * @throws Problem 400 `invalid_idempotency_key`
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw problem(400, 'invalid_idempotency_key', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
}

export interface KeyedRequest {
  readonly callerKeyId: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly key: string;
  /** The parsed body, or its bytes; undefined if there is none. */
  readonly body: unknown;
}

/** Digests, since a body may hold a secret and a key may be long. */
export function idempotentRequest({ callerKeyId, method, path, key, body }: KeyedRequest): IdempotentRequest {
  return {
    scope: sha256(JSON.stringify([callerKeyId, method, path, key])),
    fingerprint: sha256(Buffer.isBuffer(body) ? body : JSON.stringify(body ?? null)),
  };
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
