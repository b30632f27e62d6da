import { describe, expect, test } from '@jest/globals';
import type { ApiKeySnapshot, TenantSnapshot } from '@signet/contracts';
import { Problem } from '../problem/problem.ts';
import { authenticate, authenticateSession, authorize } from './authenticate.ts';
import { hashApiKey } from './lookups.ts';

const key: ApiKeySnapshot = {
  id: '018f0000-0000-7000-8000-000000000001',
  tenantId: 'acme',
  name: 'Till 3',
  role: 'producer',
  hash: hashApiKey('s3cret'),
  version: 1,
};
const keys = { byHash: (hash: string) => (hash === key.hash ? key : undefined), bySession: () => undefined };
const caller = {
  keyId: key.id,
  role: key.role,
  tenantId: key.tenantId,
  name: key.name,
  eventTypes: null,
  tenants: null,
};

const problemOf = (work: () => unknown): { status: number; code: string; challenge: string | undefined } => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) {
      return { status: error.getStatus(), code: error.code, challenge: error.headers['www-authenticate'] };
    }
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a request', () => {
  test.each(['Bearer s3cret', 'bearer s3cret', 'Bearer  s3cret '])(
    'with "%s" is from the holder of the key',
    (header) => {
      expect(authenticate(header, keys)).toEqual(caller);
    },
  );

  test('of a limited producer says what it is limited to', () => {
    const limits = { eventTypes: ['sale.created'], tenants: ['acme', 'zeta'] };
    const limited = { ...keys, byHash: () => ({ ...key, tenantId: null, ...limits }) };
    expect(authenticate('Bearer s3cret', limited)).toEqual({ ...caller, tenantId: null, ...limits });
  });

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dTpw', 's3cret', 'Bearer a b'])(
    'with %j has no key',
    (header) => {
      const { status, code, challenge } = problemOf(() => authenticate(header, keys));
      expect([status, code, challenge]).toEqual([401, 'missing_api_key', 'Bearer realm="signet"']);
    },
  );

  test('with an unknown key is refused', () => {
    const { status, code, challenge } = problemOf(() => authenticate('Bearer other', keys));
    expect([status, code, challenge]).toEqual([401, 'unknown_api_key', 'Bearer realm="signet", error="invalid_token"']);
  });
});

describe('a session', () => {
  const expiresAt = '2026-03-01T22:00:00.000Z';
  const sessions = {
    ...keys,
    bySession: (hash: string) => (hash === hashApiKey('t0ken') ? { key, expiresAt } : undefined),
  };

  test('is the caller of its key, and says when it ends', () => {
    const now = new Date('2026-03-01T21:59:59.999Z');
    const session = { hash: hashApiKey('t0ken'), expiresAt };
    expect(authenticateSession('t0ken', sessions, now)).toEqual({ ...caller, session });
  });

  test.each([
    ['has ended', 't0ken', expiresAt],
    ['is not known', 'other', '2026-03-01T10:00:00.000Z'],
    ['is the key itself', 's3cret', '2026-03-01T10:00:00.000Z'],
  ])('that %s is refused', (_what, token, now) => {
    const { status, code } = problemOf(() => authenticateSession(token, sessions, new Date(now)));
    expect([status, code]).toEqual([401, 'unknown_session']);
  });

  test('is no key: its token is refused as one', () => {
    expect(problemOf(() => authenticate('Bearer t0ken', sessions)).code).toBe('unknown_api_key');
  });
});

describe('a caller', () => {
  const tenants = (status: TenantSnapshot['status']) => ({
    byId: (id: string): TenantSnapshot => ({ id, name: 'Acme', status, version: 1 }),
  });

  test('may do what the route allows its role', () => {
    expect(() => authorize(caller, ['producer', 'tenant'], tenants('active'))).not.toThrow();
    expect(() => authorize(caller, undefined, undefined)).not.toThrow();
  });

  test('may not do what it does not', () => {
    expect(problemOf(() => authorize(caller, ['operator'], undefined))).toMatchObject({
      status: 403,
      code: 'role_not_allowed',
    });
  });

  test('of a suspended tenant may read', () => {
    expect(() => authorize(caller, undefined, tenants('suspended'), true)).not.toThrow();
  });

  test('of a suspended tenant may change nothing', () => {
    expect(problemOf(() => authorize(caller, undefined, tenants('suspended')))).toMatchObject({
      code: 'tenant_suspended',
    });
  });
});
