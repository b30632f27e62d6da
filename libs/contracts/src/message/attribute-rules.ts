import { isUtf8 } from 'node:buffer';

/** The limit in UTF-16 code units. Longer attributes would not fit together into Kafka headers and dead letters. */
export const MAX_ATTRIBUTE_LENGTH = 1_024;
/** The limit in bytes of UTF-8. An entry of PostgreSQL's B-trees has at most 2,704 bytes, and the indexes of deliveries have more columns. */
const MAX_ATTRIBUTE_BYTES = 2_048;

/**
 * Id of a tenant: 1 to 64 letters, digits, ".", "_" and "-", the first a letter or digit. It becomes part of Kafka keys, so it has
 * no slash and no space. The registry, which makes tenants, and all code that checks an id use this rule.
 */
export const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Most attributes have only these characters: then one check of a message's attribute is enough instead of three. */
const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;
/** Control characters, also NUL, which PostgreSQL cannot store in a text. */
const CONTROL = /[\u0000-\u001f\u007f]/;
/** JSON can write it, but UTF-8 cannot: two ids that differ only in such a character would become the same id. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** The fault of a CloudEvents attribute, as the end of a sentence that begins with its name: "is longer than …"; undefined: no fault. */
export function attributeFault(value: string): string | undefined {
  if (value.length > MAX_ATTRIBUTE_LENGTH) return 'is longer than 1,024 characters';
  if (PRINTABLE_ASCII.test(value)) return undefined;
  if (Buffer.byteLength(value) > MAX_ATTRIBUTE_BYTES) return 'is longer than 2,048 bytes';
  if (CONTROL.test(value)) return 'has a control character';
  if (HALF_A_PAIR.test(value)) return 'has one half of a surrogate pair, which is no character';
  return undefined;
}

/** The text of these bytes; undefined if they are not UTF-8: if they were decoded all the same, two ids could become the same. */
export function utf8Text(bytes: Buffer): string | undefined {
  const ascii = bytes.toString('latin1');
  if (PRINTABLE_ASCII.test(ascii)) return ascii;
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
