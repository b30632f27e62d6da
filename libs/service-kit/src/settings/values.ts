import { createPrivateKey, X509Certificate } from 'node:crypto';
import { parseWriteFormats } from '@signet/contracts';
import type { WriteFormats } from '@signet/contracts';
import { EgressRules } from '@signet/egress';
import { SealingKeys } from '@signet/signature';
import { z } from 'zod';
import { formatDuration, parseDuration } from './duration.ts';

/** Reads a variable's text with a function. If the function returns undefined or throws, the text breaks the rule. */
export const text = <T>(read: (raw: string) => T | undefined, rule: string): z.ZodType<T, string> =>
  z.string().transform((raw, context) => {
    const value = attempt(() => read(raw.trim()));
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: rule });
    return z.NEVER;
  });

const attempt = <T>(read: () => T | undefined): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** `15s`, `1m`, `4h`, `90d` → milliseconds. */
/** @param bounds milliseconds; without `max` a duration may be longer than a timer of Node.js can wait */
export const duration = (bounds: { min?: number; max?: number } = {}): z.ZodType<number, string> => {
  const { min = 1, max = Number.POSITIVE_INFINITY } = bounds;
  const least = bounds.min === undefined ? '' : `, at least ${formatDuration(min)}`;
  const most = bounds.max === undefined ? '' : `, at most ${formatDuration(max)}`;
  return text((raw) => {
    const milliseconds = parseDuration(raw);
    return milliseconds !== undefined && milliseconds >= min && milliseconds <= max ? milliseconds : undefined;
  }, `must be a duration such as 250ms, 15s, 1m, 4h or 90d${least}${most}`);
};

export const integer = (min: number, max: number): z.ZodType<number, string> =>
  text((raw) => {
    const value = Number(raw);
    return /^\d+$/.test(raw) && value >= min && value <= max ? value : undefined;
  }, `must be a whole number from ${min} to ${max}`);

/** 0 is for tests: any free port. */
export const port = (): z.ZodType<number, string> => integer(0, 65_535);

/** A share of the whole, from 0 to 1. */
export const share = (): z.ZodType<number, string> =>
  text((raw) => {
    const value = Number(raw);
    return /^\d*\.?\d+$/.test(raw) && value >= 0 && value <= 1 ? value : undefined;
  }, 'must be a number from 0 to 1');

export const oneOf = <const T extends string>(values: readonly T[]): z.ZodType<T, string> =>
  text((raw) => values.find((value) => value === raw), `must be one of ${values.join(', ')}`);

/** Items between commas, each read by `item`; an empty text is an empty list. */
export const list = <T>(item: z.ZodType<T, string>, { min = 1 }: { min?: number } = {}): z.ZodType<T[], string> =>
  z.string().transform((raw, context) => {
    const parts = raw.split(',').map((part) => part.trim());
    const present = parts.filter((part) => part !== '');
    if (present.length < min || (present.length !== parts.length && raw.trim() !== '')) {
      context.addIssue({ code: 'custom', message: `must be a list between commas with at least ${min} item(s)` });
      return z.NEVER;
    }
    const values: T[] = [];
    for (const part of present) {
      const parsed = item.safeParse(part);
      if (parsed.success) values.push(parsed.data);
      else
        context.addIssue({
          code: 'custom',
          message: `has the item "${part}", which ${parsed.error.issues[0]?.message}`,
        });
    }
    return values;
  });

/** A Kafka topic's name. */
export const topicName = (): z.ZodType<string, string> =>
  text((raw) => (/^[A-Za-z0-9._-]{1,249}$/.test(raw) ? raw : undefined), 'must be a Kafka topic');

/** An http or https URL without user, password or fragment. */
export const httpUrl = (): z.ZodType<string, string> =>
  text((raw) => {
    const url = URL.parse(raw);
    if (!url || !/^https?:$/.test(url.protocol)) return undefined;
    return url.username === '' && url.password === '' && url.hash === '' ? raw : undefined;
  }, 'must be an http or https URL without user, password or fragment');

export const hostAndPort = (): z.ZodType<string, string> =>
  text((raw) => {
    const [, digits] = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})$/.exec(raw) ?? [];
    return digits !== undefined && Number(digits) >= 1 && Number(digits) <= 65_535 ? raw : undefined;
  }, 'must be host:port');

/** The modes of libpq without `allow` and `prefer`: with these an attacker could choose whether the connection is encrypted. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

const OTHER_SSL_PARAMETERS = ['ssl', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat'] as const;

export const databaseUrl = (): z.ZodType<string, string> =>
  text(
    (raw) => {
      const url = new URL(raw);
      const isPostgres = url.protocol === 'postgres:' || url.protocol === 'postgresql:';
      if (!isPostgres || url.hostname === '' || url.pathname.length <= 1) return undefined;
      const mode = url.searchParams.get('sslmode');
      if (mode !== null && !SSL_MODES.some((known) => known === mode)) return undefined;
      // pg would use these parameters instead of our settings such as SIGNET_DATABASE_CA, and MikroORM would ignore both.
      return OTHER_SSL_PARAMETERS.some((name) => url.searchParams.has(name)) ? undefined : raw;
    },
    `must be a URL such as postgres://user:password@host:5432/database?sslmode=verify-full, with no sslmode or one of ${SSL_MODES.join(', ')}, and without ${OTHER_SSL_PARAMETERS.join(', ')}`,
  );

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

/** One or more certificates, PEM. */
export const certificates = (): z.ZodType<string, string> =>
  text((raw) => {
    const blocks = raw.match(PEM_BLOCK) ?? [];
    for (const block of blocks) new X509Certificate(block);
    return blocks.length > 0 ? `${blocks.join('\n')}\n` : undefined;
  }, 'must be PEM with one or more certificates (-----BEGIN CERTIFICATE-----)');

/** A private key, PEM. */
export const privateKey = (): z.ZodType<string, string> =>
  text(
    (raw) => (createPrivateKey(raw) ? `${raw}\n` : undefined),
    'must be PEM with a private key that has no passphrase (-----BEGIN PRIVATE KEY-----)',
  );

/** A user name or password of Kafka. Only ASCII: clients and brokers normalize other characters in different ways. */
export const printable = (): z.ZodType<string, string> =>
  text((raw) => (/^[\x20-\x7e]{1,512}$/.test(raw) ? raw : undefined), 'must be 1 to 512 printable ASCII characters');

/** CIDRs between commas; an empty text is none. */
export const cidrs = (): z.ZodType<readonly string[], string> =>
  list(
    text(
      (raw) => (new EgressRules({ allow: [raw] }) ? raw : undefined),
      'must be a CIDR such as 10.0.0.0/8 or fd00::/8',
    ),
    { min: 0 },
  );

export const sealingKeys = (): z.ZodType<SealingKeys, string> =>
  text((raw) => SealingKeys.parse(raw), 'must be id:base64,… with 32 bytes for each key');

/** `key=value` between commas, with values percent-encoded as in W3C Baggage: how OpenTelemetry writes headers and attributes. */
export const keyValues = (): z.ZodType<Readonly<Record<string, string>>, string> =>
  text((raw) => {
    const pairs = raw
      .split(',')
      .map((pair) => /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*([\x20-\x7e]*?)\s*$/.exec(pair));
    if (pairs.some((pair) => pair === null)) return undefined;
    return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', decodeURIComponent(pair?.[2] ?? '')]));
  }, 'must be key=value between commas, with values percent-encoded');

/** Reads `request-bundles=2` as the version that is written of each format. */
export const writeFormatsValue = (): z.ZodType<WriteFormats, string> =>
  z.string().transform((raw, context) => {
    const formats = parseWriteFormats(raw);
    if (!('fault' in formats)) return formats;
    context.addIssue({ code: 'custom', message: String(formats.fault) });
    return z.NEVER;
  });
