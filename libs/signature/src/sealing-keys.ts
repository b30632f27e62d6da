import { createCipheriv, createDecipheriv, createSecretKey, randomBytes as cryptoRandomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BrokenSealError, SealingKeysFormatError, UnknownSealingKeyError } from './sealing-errors.ts';
import type { RandomBytes } from './secret.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const SEALED = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/;

/**
 * Seals secrets at rest: AES-256-GCM, a random 96-bit nonce for each sealing (NIST SP 800-38D, good for 2^32 sealings a
 * key), the context as additional data. A sealed text is `v1.<keyId>.<base64url(nonce | ciphertext | tag)>`.
 *
 * Keys rotate by their order: the first one seals, all of them open. Put a new key in front, `reseal` all stored texts, then
 * remove the old key. Keys are in private fields, so that neither a log nor a JSON shows them.
 */
export class SealingKeys {
  readonly activeKeyId: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #active: KeyObject;
  readonly #randomBytes: RandomBytes;

  private constructor(keys: ReadonlyMap<string, KeyObject>, active: [string, KeyObject], randomBytes: RandomBytes) {
    this.#keys = keys;
    [this.activeKeyId, this.#active] = active;
    this.#randomBytes = randomBytes;
  }

  /**
   * Reads `id:base64,id:base64,…`: ids of letters, digits, `_` and `-`, and 32 bytes each.
   *
   * @throws SealingKeysFormatError naming the entry by its place or id, and never a key
   */
  static parse(text: string, randomBytes: RandomBytes = cryptoRandomBytes): SealingKeys {
    const keys = new Map<string, KeyObject>();
    const entries = text.split(',').map((entry) => entry.trim());
    for (const [index, entry] of entries.entries()) {
      const [id, key] = parseEntry(entry, index + 1);
      if (keys.has(id)) throw new SealingKeysFormatError(`The sealing key id "${id}" is used twice.`);
      keys.set(id, key);
    }
    const [first] = keys;
    if (first === undefined) throw new SealingKeysFormatError('There is no sealing key.');
    return new SealingKeys(keys, first, randomBytes);
  }

  /** Seals a text with the active key. It can be opened only with the same context. */
  seal(plain: string, context: string): string {
    const nonce = this.#randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#active, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(context, 'utf8'));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.activeKeyId}.${sealed.toString('base64url')}`;
  }

  /**
   * @throws UnknownSealingKeyError when the key that sealed is not configured (any more)
   * @throws BrokenSealError when the text was altered or belongs to another context
   */
  open(sealed: string, context: string): string {
    const { keyId, bytes } = split(sealed);
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new UnknownSealingKeyError(keyId);

    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(plain).toString('utf8');
    } catch {
      // The two cases cannot be distinguished, and the cause would add nothing.
      throw new BrokenSealError(`A text sealed under "${keyId}" was altered, or was sealed for another context.`);
    }
  }

  /** The same text, sealed with the active key. If it is already, the same string is returned: then the caller need not write it. */
  reseal(sealed: string, context: string): string {
    return split(sealed).keyId === this.activeKeyId ? sealed : this.seal(this.open(sealed, context), context);
  }
}

/** Makes an entry for the setting: an id and 32 random bytes, in the form that `SealingKeys.parse` reads. */
export const generateSealingKey = (id: string, randomBytes: RandomBytes = cryptoRandomBytes): string =>
  `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;

function parseEntry(entry: string, place: number): [string, KeyObject] {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  // An entry without an id may be a bare key: it is named by its place and not repeated.
  if (!KEY_ID.test(id)) {
    throw new SealingKeysFormatError(
      `Sealing key ${place} must be id:base64, the id 1 to 32 letters, digits, "_" or "-".`,
    );
  }
  const bytes = Buffer.from(entry.slice(colon + 1), 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== entry.slice(colon + 1)) {
    throw new SealingKeysFormatError(`Sealing key "${id}" must be the base64 of ${KEY_BYTES} bytes, with its padding.`);
  }
  return [id, createSecretKey(bytes)];
}

function split(sealed: string): { keyId: string; bytes: Buffer } {
  const [, keyId, payload] = SEALED.exec(sealed) ?? [];
  if (keyId === undefined || payload === undefined) throw new BrokenSealError('This is not a sealed text.');
  const bytes = Buffer.from(payload, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new BrokenSealError('This sealed text is too short to be one.');
  return { keyId, bytes };
}
