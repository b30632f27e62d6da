import { describe, expect, test } from '@jest/globals';
import type { ApiKeySnapshot } from '@signet/contracts';
import { ApiKeyDirectory } from './api-key-directory.ts';
import { hashApiKey } from './lookups.ts';
import { TenantDirectory } from './tenant-directory.ts';

const ID = '018f0000-0000-7000-8000-000000000001';
const snapshot = (change: Partial<ApiKeySnapshot> = {}): ApiKeySnapshot => ({
  id: ID,
  tenantId: 'acme',
  name: 'Till 3',
  role: 'producer',
  hash: hashApiKey('one'),
  version: 1,
  ...change,
});
const record = (value: object): Buffer => Buffer.from(JSON.stringify(value));

describe('the directory of API keys', () => {
  test('finds a key by its hash until it is revoked', () => {
    const directory = new ApiKeyDirectory();
    directory.apply(ID, record(snapshot()));
    expect(directory.byHash(hashApiKey('one'))).toEqual(snapshot());
    directory.apply(ID, null);
    expect(directory.byHash(hashApiKey('one'))).toBeUndefined();
    expect(directory.size).toBe(0);
  });

  test('forgets the old hash when a key changes', () => {
    const directory = new ApiKeyDirectory();
    directory.apply(ID, record(snapshot()));
    directory.apply(ID, record(snapshot({ hash: hashApiKey('two'), version: 2 })));
    expect(directory.byHash(hashApiKey('one'))).toBeUndefined();
    expect(directory.byHash(hashApiKey('two'))?.version).toBe(2);
  });

  test('ignores records that a relay repeats', () => {
    const directory = new ApiKeyDirectory();
    directory.apply(ID, record(snapshot({ hash: hashApiKey('two'), version: 2 })));
    directory.apply(ID, record(snapshot()));
    expect(directory.byHash(hashApiKey('one'))).toBeUndefined();
  });

  test('knows the sessions of a key, and forgets them with the key or with a later record of it', () => {
    const directory = new ApiKeyDirectory();
    const session = (token: string) => ({ hash: hashApiKey(token), expiresAt: '2026-03-01T22:00:00.000Z' });
    const found = (...tokens: string[]) => tokens.map((token) => directory.bySession(hashApiKey(token))?.key.id);
    directory.apply(ID, record(snapshot({ sessions: [session('a'), session('b')] })));
    expect(found('a', 'b', 'one')).toEqual([ID, ID, undefined]);
    expect(directory.byHash(hashApiKey('a'))).toBeUndefined();
    directory.apply(ID, record(snapshot({ sessions: [session('b'), session('c')] })));
    expect(found('a', 'b', 'c')).toEqual([undefined, ID, ID]);
    directory.apply(ID, null);
    expect(found('a', 'b', 'c')).toEqual([undefined, undefined, undefined]);
    directory.apply(ID, record(snapshot({ sessions: [session('a')] })));
    directory.apply(ID, record(snapshot({ version: 2 })));
    expect(found('a')).toEqual([undefined]);
  });

  test('stays as it was when a record cannot be read', () => {
    const directory = new ApiKeyDirectory();
    directory.apply(ID, record(snapshot()));
    expect(() => directory.apply(ID, Buffer.from('{'))).toThrow();
    expect(() => directory.apply(ID, record({ id: ID }))).toThrow();
    expect(directory.size).toBe(1);
  });

  test('does not revoke anything by the tombstone of a key that it never saw', () => {
    const directory = new ApiKeyDirectory();
    directory.apply(ID, record(snapshot()));
    directory.apply('018f0000-0000-7000-8000-000000000002', null);
    expect(directory.size).toBe(1);
  });
});

describe('the directory of tenants', () => {
  test('has the newest state of each tenant', () => {
    const directory = new TenantDirectory();
    directory.apply('acme', record({ id: 'acme', name: 'Acme', status: 'suspended', version: 2 }));
    directory.apply('acme', record({ id: 'acme', name: 'Acme', status: 'active', version: 1 }));
    expect(directory.byId('acme')?.status).toBe('suspended');
    expect(directory.isSuspended('acme')).toBe(true);
    directory.apply('acme', null);
    expect(directory.byId('acme')).toBeUndefined();
    expect(directory.isSuspended('acme')).toBe(false);
  });

  test('reports each change with the tenant before it, but no older versions', () => {
    const directory = new TenantDirectory();
    const told: string[] = [];
    directory.onChange(({ tenant, before }) => told.push(`${before?.status ?? 'none'} → ${tenant.status}`));
    for (const [status, version] of [
      ['active', 1],
      ['suspended', 3],
      ['active', 2],
    ] as const) {
      directory.apply('acme', record({ id: 'acme', name: 'Acme', status, version }));
    }
    expect(told).toEqual(['none → active', 'active → suspended']);
  });
});
