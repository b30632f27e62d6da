import { createPrivateKey } from 'node:crypto';

/** A secret that must not be found, and its name for the report; a report never has the secret itself. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** One of the encodings in which a secret may be stored. */
export interface SecretForm {
  readonly name: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Fewer bytes than this would be found by chance. */
const SHORTEST = 12;
/** Only this last share of a secret is searched for: it is enough to recognize it, and the beginning may be public, like an API key's prefix. */
const SHARE = 0.6;

/**
 * Every form of a secret that a search looks for: raw, percent-encoded, hex in either case, and base64 and base64url at each of the
 * three alignments that it may have in a longer text. Of `whsec_…` also the decoded bytes, and of a PEM its private bytes.
 *
 * @throws Error for a secret that is so short that it would be found by chance
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

/** The characters of the encoding that depend on these bytes alone, if so many other bytes are before them. */
function within(bytes: Buffer, before: number, encoding: 'base64' | 'base64url'): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString(encoding)
    .replaceAll('=', '');
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return encoded.slice(first, last);
}

/** The end of a secret. If it has characters that are escaped in JSON or in a row's text, the end of its longest piece without them. */
function tail(value: string): string {
  const pieces = pemLines(value) ?? value.split(/["'\\\s]+/);
  const longest = pieces.toSorted((one, other) => other.length - one.length)[0] ?? '';
  const from = Math.min(Math.floor(longest.length * (1 - SHARE)), Math.max(longest.length - SHORTEST, 0));
  return longest.slice(from);
}

const PEM = /-----BEGIN [A-Z ]+-----\s+([A-Za-z0-9+/=\s]+)-----END/;

/** The lines of a PEM without the first one, which is the same in all keys of a kind. */
const pemLines = (value: string): string[] | undefined => PEM.exec(value)?.[1]?.trim().split('\n').slice(1);

function keyBytes(value: string): Buffer[] {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(value) ?? [];
  if (encoded !== undefined) return [Buffer.from(encoded, 'base64')];
  const pem = pemLines(value);
  return pem === undefined ? [] : [privateBytes(value) ?? Buffer.from(pem.join(''), 'base64').subarray(-32)];
}

/** The private part of a private key. The PEM of an elliptic curve's key also has the public part, which may be found anywhere. */
function privateBytes(pem: string): Buffer | undefined {
  if (!pem.includes('PRIVATE KEY-----')) return undefined;
  const { d } = createPrivateKey(pem).export({ format: 'jwk' });
  // Of a long RSA exponent its end is enough.
  return d === undefined ? undefined : Buffer.from(d, 'base64url').subarray(-32);
}
