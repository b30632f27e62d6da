import type { ApiKeySnapshot, Role } from '@signet/contracts';
import { problem } from '../problem/problem.ts';
import type { Caller } from './caller.ts';
import { hashApiKey } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';

export const UNKNOWN_API_KEY = 'unknown_api_key';
export const UNKNOWN_SESSION = 'unknown_session';
const CHALLENGE = 'Bearer realm="signet"';

/** The token of `Authorization: Bearer <token>` (RFC 6750); undefined: the header is missing or has another form. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '')?.[1];

/**
 * Finds the caller from `Authorization: Bearer <key>` (RFC 6750).
 *
 * @throws Problem 401 `missing_api_key` or `unknown_api_key`, with WWW-Authenticate
 */
export function authenticate(authorization: string | undefined, keys: ApiKeyLookup): Caller {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw problem(401, 'missing_api_key', 'Send your API key as "Authorization: Bearer <key>".', {
      headers: { 'www-authenticate': CHALLENGE },
    });
  }
  const key = keys.byHash(hashApiKey(token));
  if (!key) {
    throw problem(401, UNKNOWN_API_KEY, 'This API key is not known, or it was revoked.', {
      headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` },
    });
  }
  return callerOf(key);
}

/**
 * Finds the caller from the token of a session's cookie: it may do what the key may do with which the browser has signed in.
 *
 * @throws Problem 401 `unknown_session`, with WWW-Authenticate
 */
export function authenticateSession(token: string, keys: ApiKeyLookup, now: Date): Caller {
  const hash = hashApiKey(token);
  const session = keys.bySession(hash);
  if (!session || Date.parse(session.expiresAt) <= now.getTime()) {
    const detail =
      'This session is over: it was signed out, it has expired, or its API key was revoked. Sign in again.';
    throw problem(401, UNKNOWN_SESSION, detail, { headers: { 'www-authenticate': CHALLENGE } });
  }
  return { ...callerOf(session.key), session: { hash, expiresAt: session.expiresAt } };
}

function callerOf({ id, role, tenantId, name, eventTypes = null, tenants = null }: ApiKeySnapshot): Caller {
  return { keyId: id, role, tenantId, name, eventTypes, tenants };
}

/**
 * Checks that the caller may use a route.
 *
 * @param roles undefined: every role may
 * @param whileSuspended whether the keys of a suspended tenant may use it, too: they may only read
 * @throws Problem 403 `role_not_allowed` or `tenant_suspended`
 */
export function authorize(
  caller: Caller,
  roles: readonly Role[] | undefined,
  tenants: TenantLookup | undefined,
  whileSuspended = false,
): void {
  if (roles && !roles.includes(caller.role)) {
    const allowed = roles.map((role) => `"${role}"`).join(' or ');
    throw problem(403, 'role_not_allowed', `This needs a key of the role ${allowed}; yours is "${caller.role}".`);
  }
  if (!whileSuspended && caller.tenantId !== null && tenants?.byId(caller.tenantId)?.status === 'suspended') {
    throw problem(
      403,
      'tenant_suspended',
      'The tenant of this API key is suspended: the key can read, but not change anything.',
    );
  }
}
