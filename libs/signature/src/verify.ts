import { timingSafeEqual } from 'node:crypto';
import { digest } from './sign.ts';
import type { SigningKey } from './sign.ts';

/** The tolerance that Standard Webhooks recommends: five minutes, into the past and into the future. */
export const DEFAULT_TOLERANCE_SECONDS = 300;

export type VerificationFailure =
  'missing_header' | 'malformed_timestamp' | 'timestamp_too_old' | 'timestamp_too_new' | 'no_matching_signature';

export type Verification =
  | { readonly ok: true; readonly timestampSeconds: number }
  | { readonly ok: false; readonly reason: VerificationFailure };

export interface SignedMessage {
  /** The three headers, as they came; undefined when one is absent. */
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** Exactly the bytes that came. */
  readonly body: Buffer;
}

export interface VerifyOptions {
  /** Every secret that the receiver still accepts; one match is enough. */
  readonly keys: readonly SigningKey[];
  readonly nowSeconds: number;
  /** Default 300. */
  readonly toleranceSeconds?: number;
}

/**
 * The receiver's side of Standard Webhooks 1.0.0. It compares in constant time, and ignores signatures of versions other than
 * `v1`. If a message does not verify, that is a value and not an error.
 */
export function verify(message: SignedMessage, options: VerifyOptions): Verification {
  const { id, timestamp, signature, body } = message;
  if (!id || !timestamp || !signature) return refused('missing_header');
  if (!/^\d{1,15}$/.test(timestamp)) return refused('malformed_timestamp');

  const timestampSeconds = Number(timestamp);
  const tolerance = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  if (timestampSeconds < options.nowSeconds - tolerance) return refused('timestamp_too_old');
  if (timestampSeconds > options.nowSeconds + tolerance) return refused('timestamp_too_new');

  const given = signaturesOf(signature);
  for (const key of options.keys) {
    const expected = Buffer.from(digest(key, id, timestamp, body));
    if (given.some((one) => one.length === expected.length && timingSafeEqual(one, expected))) {
      return { ok: true, timestampSeconds };
    }
  }
  return refused('no_matching_signature');
}

/** Base64 parts of the `v1` signatures in a header. */
const signaturesOf = (header: string): Buffer[] =>
  header
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length)));

const refused = (reason: VerificationFailure): Verification => ({ ok: false, reason });
