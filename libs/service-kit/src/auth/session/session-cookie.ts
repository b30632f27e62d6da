import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyRequest } from 'fastify';

/**
 * The cookie of a session. Over TLS its name has the prefix `__Host-`: a browser takes such a cookie only from this very host, with
 * Secure and for all paths, so another host of the same domain cannot put a session of its own in its place.
 */
const OVER_TLS = '__Host-signet-session';
const PLAIN = 'signet-session';

type Asked = Pick<FastifyRequest, 'headers' | 'protocol'>;

/** Whether the caller's browser speaks TLS: `X-Forwarded-Proto` says so, if it comes from one of SIGNET_TRUSTED_PROXIES. */
const isOverTls = ({ protocol }: Pick<Asked, 'protocol'>): boolean => protocol === 'https';

/**
 * The token in the session's cookie. A request with an Authorization header has none, whatever its cookies: the caller has chosen.
 * Over TLS only the cookie with the prefix counts. A service that does not know the proxies in front of it takes both.
 */
export function sessionTokenOf(request: Asked): string | undefined {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined || cookie === undefined) return undefined;
  const cookies = parseCookie(cookie);
  const token = isOverTls(request) ? cookies[OVER_TLS] : (cookies[OVER_TLS] ?? cookies[PLAIN]);
  return token === '' ? undefined : token;
}

const ATTRIBUTES = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

/** The Set-Cookie header with which a session begins. */
export function sessionCookie(request: Pick<Asked, 'protocol'>, token: string, lifetimeMs: number): string {
  const secure = isOverTls(request);
  const maxAge = Math.floor(lifetimeMs / 1_000);
  return stringifySetCookie({ name: secure ? OVER_TLS : PLAIN, value: token, maxAge, secure, ...ATTRIBUTES });
}

/** The Set-Cookie headers with which a browser forgets its session, under whichever name it has it. */
export function forgetSessionCookies(request: Pick<Asked, 'protocol'>): string[] {
  const secure = isOverTls(request);
  // Without TLS a browser would not take a header about the cookie that needs it.
  const names = secure ? [OVER_TLS, PLAIN] : [PLAIN];
  return names.map((name) => stringifySetCookie({ name, value: '', maxAge: 0, secure, ...ATTRIBUTES }));
}
