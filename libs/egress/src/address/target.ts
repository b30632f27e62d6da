import { isIP } from 'node:net';
import type { Resolution } from './resolver.ts';
import type { EgressRules } from './rules.ts';
import { sentTarget } from './request-target.ts';
import { checkSendable, hostOf } from './url.ts';

/** What a URL says about where a request goes, or why none may go there. */
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
      /** Known at once where the host is an IP literal, which no resolver is asked about. */
      readonly literal: (Resolution & { ok: true }) | undefined;
    }
  | { readonly ok: false; readonly errorClass: 'invalid_request' | 'blocked_address'; readonly message: string };

/** What must hold at every sending: a URL may have come another way than by registration, or before the rules changed. */
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
