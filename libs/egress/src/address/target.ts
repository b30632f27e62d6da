import { isIP } from 'node:net';
import type { Resolution } from './resolver.ts';
import type { EgressRules } from './rules.ts';
import { sentTarget } from './request-target.ts';
import { checkSendable, hostOf } from './url.ts';

/** Where the requests to a URL go, or why none may be sent there. */
export type Target =
  | {
      readonly ok: true;
      readonly origin: string;
      readonly secure: boolean;
      readonly host: string;
      readonly port: number;
      /** Path and query. */
      readonly path: string;
      /** The URL as it is sent: the name in lower case and in ASCII, without a default port. */
      readonly sent: string;
      /** The resolution of an IP literal, for which no resolver is asked; undefined for a name. */
      readonly literal: (Resolution & { ok: true }) | undefined;
    }
  | { readonly ok: false; readonly errorClass: 'invalid_request' | 'blocked_address'; readonly message: string };

/** Checks a URL before it is used: it may have come without a registration, or the rules may have changed since. */
export function targetOf(raw: string, rules: EgressRules): Target {
  const check = checkSendable(raw, rules);
  if (!check.ok) {
    const blocked = check.rule === 'blocked_address' || check.rule === 'internal_name';
    return blocked
      ? { ok: false, errorClass: 'blocked_address', message: 'The address is not allowed.' }
      : { ok: false, errorClass: 'invalid_request', message: check.detail };
  }
  const { url } = check;
  const host = hostOf(url);
  const path = sentTarget(raw, url);
  const secure = url.protocol === 'https:';
  return {
    ok: true,
    origin: url.origin,
    secure,
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path,
    sent: url.origin + path,
    literal: isIP(host) === 0 ? undefined : { ok: true, addresses: [host], answeredAt: null },
  };
}
