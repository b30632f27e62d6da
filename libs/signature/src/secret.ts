import { createSecretKey, randomBytes as cryptoRandomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const PREFIX = 'whsec_';
/** Standard Webhooks 1.0.0: "between 24 bytes (192 bits) and 64 bytes (512 bits)". */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;
const GENERATED_KEY_BYTES = 48;
const OWN_SECRET = /^[\x20-\x7e]{32,256}$/;

/** A source of randomness: returns `size` unpredictable bytes. */
export type RandomBytes = (size: number) => Buffer;

/** The rule that a secret breaks; the error's message is a sentence about it and never repeats the secret. */
export type SecretRule = 'base64' | 'key_length' | 'printable_ascii';

export class SecretFormatError extends Error {
  override readonly name = 'SecretFormatError';
  readonly code = 'invalid_secret';

  constructor(
    readonly rule: SecretRule,
    message: string,
  ) {
    super(message);
  }
}

/** A new secret: `whsec_` and the base64 of 48 random bytes. */
export const generateSecret = (randomBytes: RandomBytes = cryptoRandomBytes): string =>
  PREFIX + randomBytes(GENERATED_KEY_BYTES).toString('base64');

/**
 * Gets the key's bytes from the text of a secret (Standard Webhooks 1.0.0, "Signature scheme"):
 *
 * - `whsec_` and the base64 of 24–64 bytes: the key is the decoded bytes. Padding is required and stray bits are refused,
 *   because the receivers' libraries treat such faults differently, and a secret must mean the same to all of them.
 * - 32–256 printable ASCII characters of a tenant's own secret: the key is these characters. Receivers verify with the "raw"
 *   format of their library.
 *
 * @throws SecretFormatError naming the broken rule
 */
export function parseSecret(secret: string): Buffer {
  if (secret.startsWith(PREFIX)) return decodeKey(secret.slice(PREFIX.length));
  if (OWN_SECRET.test(secret)) return Buffer.from(secret, 'utf8');
  throw new SecretFormatError(
    'printable_ascii',
    `A secret is ${PREFIX} followed by base64, or 32 to 256 printable ASCII characters.`,
  );
}

function decodeKey(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  // Buffer skips characters that are not base64; only if the bytes encode to the same text, all of it was base64.
  if (base64 === '' || key.toString('base64') !== base64) {
    throw new SecretFormatError('base64', `What follows ${PREFIX} must be base64 with its padding.`);
  }
  if (key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) {
    throw new SecretFormatError(
      'key_length',
      `What follows ${PREFIX} must decode to ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes; these are ${key.length}.`,
    );
  }
  return key;
}

/**
 * A key object for signing many times. With it `createHmac` takes a fifth of the time that it takes with a Buffer, which it turns
 * into a key object on every call (1.9 µs against 11 µs for 500 bytes). So keep this object and not the bytes.
 *
 * @throws SecretFormatError naming the broken rule
 */
export const signingKey = (secret: string): KeyObject => createSecretKey(parseSecret(secret));
