import { isLocalName } from './local-names.ts';
import { REFUSED_PORTS } from './ports.ts';
import { hasDotSegment, sameTarget, writtenTarget } from './request-target.ts';
import type { EgressRules } from './rules.ts';

export const MAX_URL_LENGTH = 2048;

export type UrlRule =
  | 'length'
  | 'characters'
  | 'fragment'
  | 'scheme'
  | 'credentials'
  | 'host'
  | 'url'
  | 'dot_segments'
  | 'port'
  | 'internal_name'
  | 'blocked_address';

export type UrlCheck =
  { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly rule: UrlRule; readonly detail: string };

/** Control, format and private-use characters, surrogates, every kind of white space, and the backslash. */
const REFUSED_CHARACTERS = /[\p{C}\p{Z}\\]/u;
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
/** Names that are only for inner networks (RFC 6762, RFC 8375, ICANN's "internal"): no resolver is asked for them. */
const INTERNAL_NAME = /(?:^|\.)(?:local|localdomain|internal|home\.arpa)$/;

/**
 * Whether a URL may be registered. It only tells the tenant early what would fail later: the security is in `checkSendable`, and in
 * the rules, which check every address again before a connection is opened.
 *
 * It is stricter than `checkSendable`, so that the registered URL is sent unchanged. URLs that an older version has stored are not
 * checked again.
 */
export function checkUrl(raw: string, rules: EgressRules): UrlCheck {
  const check = checkSendable(raw, rules);
  if (!check.ok) return check;
  const host = hostOf(check.url);
  const mayBeLocal = rules.allowsInnerNetwork || isLocalhost(host) || looksLikeAddress(host);
  if (!mayBeLocal && isLocalName(host)) {
    return refused('internal_name', 'Only a cluster or a local network knows this name; a webhook needs a public one.');
  }
  return checkTarget(writtenTarget(raw), check.url) ?? check;
}

/**
 * Whether requests may be sent to a URL.
 *
 * The raw text is checked first, because `new URL()` silently drops TAB, CR and LF, and turns a backslash into a slash. It also
 * rewrites an IPv4 address in octal, hex, short, full-width or percent-encoded spelling into the usual one (WHATWG URL): that is
 * wanted, since the rules then judge the rewritten address.
 */
export function checkSendable(raw: string, rules: EgressRules): UrlCheck {
  const refusal = checkText(raw);
  if (refusal) return refusal;
  if (!URL.canParse(raw)) return refused('url', 'This is not a valid URL.');
  const url = new URL(raw);
  if (url.port !== '' && REFUSED_PORTS.has(Number(url.port))) {
    return refused('port', `Port ${url.port} is not one on which webhooks are received.`);
  }
  return checkHost(hostOf(url), rules) ?? { ok: true, url };
}

/** The host to resolve and connect to: without the brackets of an IPv6 address and without a final dot. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** `localhost` and names that end in `.localhost`: they are loopback by definition (RFC 6761), so no resolver is asked. */
export const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

const looksLikeAddress = (host: string): boolean => host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);

function checkText(raw: string): UrlCheck | undefined {
  if (raw.length === 0 || raw.length > MAX_URL_LENGTH) {
    return refused('length', `A URL has at most ${MAX_URL_LENGTH} characters, and at least one.`);
  }
  if (REFUSED_CHARACTERS.test(raw)) {
    return refused('characters', 'A URL has no white space, control characters or backslashes in it.');
  }
  if (raw.includes('#')) return refused('fragment', 'A URL has no fragment (#…): it would not be sent.');
  const [, authority] = /^https?:\/\/([^/?]+)/i.exec(raw) ?? [];
  if (authority === undefined) return refused('scheme', 'A URL begins with http:// or https:// and a host.');
  if (authority.includes('@')) return refused('credentials', 'A URL has no user or password in it; use a header.');
  if (authority.includes('%')) return refused('host', 'A host name is written without percent signs.');
  return undefined;
}

function checkHost(host: string, rules: EgressRules): UrlCheck | undefined {
  if (looksLikeAddress(host)) {
    return rules.isAllowed(host) ? undefined : refused('blocked_address', 'This address is not allowed.');
  }
  if (!HOST_NAME.test(host)) return refused('host', 'This is not a valid host name.');
  if (isLocalhost(host)) {
    return rules.allowedLoopback.length > 0 ? undefined : refused('internal_name', 'The local host is not allowed.');
  }
  // If the settings allow parts of an inner network, its names pass here, and their addresses are checked later.
  if ((INTERNAL_NAME.test(host) || !host.includes('.')) && !rules.hasAllowances) {
    return refused('internal_name', 'This name belongs to an inner network, which is not allowed.');
  }
  return undefined;
}

function checkTarget(written: string, url: URL): UrlCheck | undefined {
  if (hasDotSegment(written)) {
    return refused('dot_segments', 'A path has no segment "." or ".." (or %2e): write the path that it stands for.');
  }
  if (sameTarget(written, url)) return undefined;
  return refused(
    'characters',
    `Some characters must be percent-encoded in a URL, which is sent as it is written. Write "${url.pathname}${url.search}" after the host.`,
  );
}

const refused = (rule: UrlRule, detail: string): UrlCheck & { ok: false } => ({ ok: false, rule, detail });
