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
/** Names that never lead out of a network (RFC 6762, RFC 8375, ICANN's "internal"): no resolver is asked about them. */
const INTERNAL_NAME = /(?:^|\.)(?:local|localdomain|internal|home\.arpa)$/;

/**
 * Whether a URL may be registered. A courtesy that says early what would fail: the security lies in `checkSendable` and in
 * the rules that are asked again for every address that is connected to.
 *
 * It asks for more than `checkSendable`, so that what is registered is what is sent; a URL that was stored by an older
 * version is not asked again.
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
 * Whether a URL may be sent to.
 *
 * The raw text is looked at first, because `new URL()` drops TAB, CR and LF in silence, turns a backslash into a slash,
 * and rewrites an IPv4 address in octal, hex, short, full-width or percent-encoded spelling into the usual one
 * (WHATWG URL): that last one is welcome, since it is the rewritten address that is judged.
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

/** `localhost` and what lies under it: loopback by definition (RFC 6761), so that no resolver is asked. */
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
  // Where the settings open parts of an inner network, its names are left to the check of their addresses.
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
