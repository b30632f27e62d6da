import { createPrivateKey } from 'node:crypto';

/** A secret that must not be found, and what it is called in a report; a report never repeats it. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** One of the ways in which a secret may lie about. */
export interface SecretForm {
  readonly name: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Shorter than this, bytes are found by chance. */
const SHORTEST = 12;
/** Most of a secret is as good as all of it; and its beginning, such as the prefix of an API key, may be shown. */
const SHARE = 0.6;

/**
 * Every form of a secret that a search looks for: raw, hex in either case, base64 and base64url at each of the three places at
 * which it may stand in a longer text, percent-encoded; of `whsec_…` the bytes behind the base64 as well, and of a PEM those that are private.
 *
 * @throws Error for a secret that is too short to be told from chance
 */
export function formsOf({ name, value }: Secret): SecretForm[] {
  const forms = [...asText(tail(value), ''), ...keyBytes(value).flatMap((bytes) => asBytes(bytes, ' of its bytes'))];
  const long = forms.filter(({ bytes }) => bytes.length >= SHORTEST);
  if (!long.some(({ form }) => form === 'raw'))
    throw new Error(`The secret "${name}" is too short to be searched for.`);
  const known = new Set<string>();
  return long.flatMap((form) => {
    const text = form.bytes.toString('latin1');
    if (known.has(text)) return [];
    known.add(text);
    return [{ name, ...form }];
  });
}

type Form = Omit<SecretForm, 'name'>;

function asText(text: string, suffix: string): Form[] {
  return [
    { form: `raw${suffix}`, bytes: Buffer.from(text) },
    { form: `percent-encoded${suffix}`, bytes: Buffer.from(encodeURIComponent(text)) },
    ...asBytes(Buffer.from(text), suffix),
  ];
}

function asBytes(bytes: Buffer, suffix: string): Form[] {
  return [
    { form: `raw${suffix}`, bytes },
    { form: `hex${suffix}`, bytes: Buffer.from(bytes.toString('hex')) },
    { form: `upper-case hex${suffix}`, bytes: Buffer.from(bytes.toString('hex').toUpperCase()) },
    ...[0, 1, 2].flatMap((before) =>
      (['base64', 'base64url'] as const).map((encoding) => ({
        form: `${encoding}${suffix}`,
        bytes: Buffer.from(within(bytes, before, encoding)),
      })),
    ),
  ];
}

/** The characters of the encoding that depend on these bytes alone, where so many others stand before them. */
function within(bytes: Buffer, before: number, encoding: 'base64' | 'base64url'): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString(encoding)
    .replaceAll('=', '');
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return encoded.slice(first, last);
}

/** The end of a secret; of one with characters that are escaped in JSON or in a row's text, the longest piece without. */
function tail(value: string): string {
  const pieces = pemLines(value) ?? value.split(/["'\\\s]+/);
  const longest = pieces.toSorted((one, other) => other.length - one.length)[0] ?? '';
  const from = Math.min(Math.floor(longest.length * (1 - SHARE)), Math.max(longest.length - SHORTEST, 0));
  return longest.slice(from);
}

const PEM = /-----BEGIN [A-Z ]+-----\s+([A-Za-z0-9+/=\s]+)-----END/;

/** The lines of a PEM; the first says what kind of key it is, and is the same in many. */
const pemLines = (value: string): string[] | undefined => PEM.exec(value)?.[1]?.trim().split('\n').slice(1);

function keyBytes(value: string): Buffer[] {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(value) ?? [];
  if (encoded !== undefined) return [Buffer.from(encoded, 'base64')];
  const pem = pemLines(value);
  return pem === undefined ? [] : [privateBytes(value) ?? Buffer.from(pem.join(''), 'base64').subarray(-32)];
}

/** What is private of a private key. Behind it, in that of an elliptic curve, stands its public half, which anybody may see. */
function privateBytes(pem: string): Buffer | undefined {
  if (!pem.includes('PRIVATE KEY-----')) return undefined;
  const { d } = createPrivateKey(pem).export({ format: 'jwk' });
  // The end of an RSA exponent is as good as all of it.
  return d === undefined ? undefined : Buffer.from(d, 'base64url').subarray(-32);
}
