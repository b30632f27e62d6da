import { expect, test } from '@jest/globals';
import { apiKeySnapshot } from '@signet/contracts';
import type { ApiKeyEvent } from './api-key.decider.ts';
import { apiKeySnapshotOf, applyToApiKeyRow } from './api-key.row.ts';

const id = '018f0000-0000-7000-8000-000000000001';
const before = {
  tenantId: 'acme',
  name: 'Till',
  role: 'producer',
  hash: 'a'.repeat(64),
  prefix: 'sgn_p_ab',
  createdBy: 'op',
  at: '2026-01-15T12:00:00.000Z',
} as const;
const rowOf = (data: Extract<ApiKeyEvent, { type: 'ApiKeyCreated' }>['data']) =>
  applyToApiKeyRow(id, null, { type: 'ApiKeyCreated', data, version: 1 });

test('an event from before limits existed gives a key without limits', () => {
  expect(rowOf(before)).toMatchObject({ tenantId: 'acme', eventTypes: null, tenants: null });
});

test('the limits of a key reach the row and the other services', () => {
  const limits = { eventTypes: ['sale.created'], tenants: ['acme', 'zeta'] };
  const row = rowOf({ ...before, tenantId: null, ...limits });
  expect(row).toMatchObject(limits);
  expect(apiKeySnapshot.parse(row && apiKeySnapshotOf(row))).toMatchObject({ tenantId: null, ...limits });
});

test('the sessions of a key reach the other services, those of its earlier value do not', () => {
  const row = rowOf(before);
  const session = { keyId: id, startedAt: new Date(before.at), expiresAt: new Date('2026-01-16T00:00:00Z') };
  const [mine, former] = ['b', 'c'].map((digit) => digit.repeat(64)) as [string, string];
  const sessions = [
    { ...session, hash: mine, keyHash: before.hash },
    { ...session, hash: former, keyHash: 'd'.repeat(64) },
  ];
  const known = [{ hash: mine, expiresAt: '2026-01-16T00:00:00.000Z' }];
  expect(apiKeySnapshot.parse(row && apiKeySnapshotOf(row, sessions)).sessions).toEqual(known);
  expect(row && apiKeySnapshotOf(row, sessions.slice(1))).not.toHaveProperty('sessions');
});

test('a snapshot from before limits existed can be read', () => {
  const { name, role, hash, tenantId } = before;
  const old = { id, tenantId, name, role, hash, version: 1 };
  expect(apiKeySnapshot.parse(old)).toEqual(old);
});
