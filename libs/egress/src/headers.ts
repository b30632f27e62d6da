const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 field-value in latin1: visible characters, space and TAB; so no CR, LF or NUL. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 4096;

/** Headers of the connection and not of the message (RFC 9110, 7.6.1), and headers that frame the message. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
]);
const RESERVED_HEADERS: ReadonlySet<string> = new Set([...CONNECTION_HEADERS, 'cookie', 'traceparent']);
const RESERVED_PREFIXES = ['content-', 'proxy-', 'webhook-', 'signet-'] as const;

export type HeaderRule = 'name' | 'name_length' | 'reserved' | 'value' | 'value_length';

export type HeaderCheck =
  { readonly ok: true } | { readonly ok: false; readonly rule: HeaderRule; readonly detail: string };

/**
 * Whether a tenant must not set this header, because it is the protocol's or Signet's own. Case does not matter, and `_` counts as
 * `-`, since CGI, WSGI and PHP make the same variable from both spellings.
 */
export function reservedHeader(name: string): boolean {
  const lower = name.toLowerCase().replaceAll('_', '-');
  return RESERVED_HEADERS.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

/** Whether a tenant may add this header to the requests of a webhook. The detail never repeats the value. */
export function checkHeader(name: string, value: string): HeaderCheck {
  if (name.length > MAX_NAME_LENGTH) {
    return refused('name_length', `A header's name has at most ${MAX_NAME_LENGTH} characters.`);
  }
  if (!TOKEN.test(name)) return refused('name', "A header's name is letters, digits and !#$%&'*+-.^_`|~ only.");
  if (reservedHeader(name)) return refused('reserved', `The header "${name}" is reserved.`);
  if (value.length > MAX_VALUE_LENGTH) {
    return refused('value_length', `A header's value has at most ${MAX_VALUE_LENGTH} characters.`);
  }
  if (!FIELD_VALUE.test(value)) {
    return refused('value', "A header's value is one line of latin1 characters without control characters.");
  }
  return { ok: true };
}

/**
 * The first header of a request that belongs to the connection; undefined if there is none. undici would send `host` and
 * `connection` from a caller, and with them a request could name another site than the one whose address was checked.
 */
export function connectionHeaderIn(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name in headers) {
    const lower = name.toLowerCase();
    if (CONNECTION_HEADERS.has(lower) || lower.startsWith('proxy-')) return name;
  }
  return undefined;
}

const refused = (rule: HeaderRule, detail: string): HeaderCheck => ({ ok: false, rule, detail });
