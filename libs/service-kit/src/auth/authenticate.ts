import type { Role } from '@signet/contracts';
import { problem } from '../problem/problem.ts';
import type { Caller } from './caller.ts';
import { hashApiKey } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';

export const UNKNOWN_API_KEY = 'unknown_api_key';
const CHALLENGE = 'Bearer realm="signet"';

/**
 * Finds the caller from `Authorization: Bearer <key>` (RFC 6750).
 *
 * @throws Problem 401 `missing_api_key` or `unknown_api_key`, with WWW-Authenticate
 */
export function authenticate(authorization: string | undefined, keys: ApiKeyLookup): Caller {
  const [, token] = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '') ?? [];
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
  const { id, role, tenantId, name, eventTypes = null, tenants = null } = key;
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
