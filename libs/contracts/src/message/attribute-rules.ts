import { isUtf8 } from 'node:buffer';

/** UTF-16 code units. Longer ones would not fit beside the others into Kafka headers and dead letters. */
export const MAX_ATTRIBUTE_LENGTH = 1_024;
/** Of UTF-8. An entry of PostgreSQL's B-trees has 2,704 bytes at most, and the indexes of deliveries have other columns beside it. */
const MAX_ATTRIBUTE_BYTES = 2_048;

/**
 * Id of a tenant: 1 to 64 letters, digits, ".", "_" and "-", the first a letter or digit. It becomes part of Kafka keys, hence
 * no slash and no space. The one rule for the registry, which makes tenants, and for everything that names one.
 */
export const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Most attributes are of these characters only: one look instead of three, on the way of every message. */
const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;
/** NUL among them, which PostgreSQL's text does not take. */
const CONTROL = /[\u0000-\u001f\u007f]/;
/** JSON can write it, UTF-8 cannot: two ids that differ in nothing else would become the same one. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** What is wrong with the text of a CloudEvents attribute, behind its name: "is longer than …"; undefined: nothing. */
export function attributeFault(value: string): string | undefined {
  if (value.length > MAX_ATTRIBUTE_LENGTH) return 'is longer than 1,024 characters';
  if (PRINTABLE_ASCII.test(value)) return undefined;
  if (Buffer.byteLength(value) > MAX_ATTRIBUTE_BYTES) return 'is longer than 2,048 bytes';
  if (CONTROL.test(value)) return 'has a control character';
  if (HALF_A_PAIR.test(value)) return 'has one half of a surrogate pair, which is no character';
  return undefined;
}

/** The text of these bytes; undefined where they are no UTF-8: read all the same, two ids could become one. */
export function utf8Text(bytes: Buffer): string | undefined {
  const ascii = bytes.toString('latin1');
  if (PRINTABLE_ASCII.test(ascii)) return ascii;
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
