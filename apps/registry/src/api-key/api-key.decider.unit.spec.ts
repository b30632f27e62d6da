import { describe, test } from '@jest/globals';
import { specify } from '@signet/testing';
import type { ApiKeyEvent, CreateApiKey } from './api-key.decider.ts';
import { apiKeyDecider } from './api-key.decider.ts';

const apiKey = specify(apiKeyDecider);
const at = '2026-01-15T12:00:00.000Z';
const made = {
  tenantId: 't1',
  name: 'Till',
  role: 'tenant',
  eventTypes: null,
  tenants: null,
  hash: 'h1',
  prefix: 'sgn_t_ab',
  createdBy: 'op',
  at,
} as const;
const create: CreateApiKey = { type: 'CreateApiKey', ...made };
const created: ApiKeyEvent = { type: 'ApiKeyCreated', data: made };
const revoked: ApiKeyEvent = { type: 'ApiKeyRevoked', data: { at } };

describe('an API key', () => {
  test('is created with its hash, never with the key itself', () => apiKey.given().when(create).then(created));
  test('is created once', () => apiKey.given(created).when(create).thenThrows('api_key_exists'));
  test('of a tenant belongs to a tenant', () =>
    apiKey
      .given()
      .when({ ...create, tenantId: null })
      .thenThrows('role_not_allowed'));
  test('of an operator belongs to none', () =>
    apiKey
      .given()
      .when({ ...create, role: 'operator' })
      .thenThrows('role_not_allowed'));
  test('is revoked once', () => {
    apiKey.given(created).when({ type: 'RevokeApiKey', at }).then(revoked);
    apiKey.given(created, revoked).when({ type: 'RevokeApiKey', at }).thenThrows('api_key_not_found');
    apiKey.given().when({ type: 'RevokeApiKey', at }).thenThrows('api_key_not_found');
  });
});

describe("a producer's key", () => {
  const producer: CreateApiKey = { ...create, role: 'producer' };
  const limits = { eventTypes: ['sale.created'], tenants: ['t1', 't2'] };

  test('may be limited to event types', () => {
    const { eventTypes } = limits;
    const limited = apiKey.given().when({ ...producer, eventTypes });
    limited.then({ type: 'ApiKeyCreated', data: { ...made, role: 'producer', eventTypes } });
  });
  test('may belong to no tenant, and be limited to some', () => {
    const limited = apiKey.given().when({ ...producer, ...limits, tenantId: null });
    limited.then({ type: 'ApiKeyCreated', data: { ...made, role: 'producer', tenantId: null, ...limits } });
  });
  test.each<[what: string, change: Partial<CreateApiKey>]>([
    ['tenants beside its own', { tenants: ['t2'] }],
    ['event types, for a tenant', { role: 'tenant', eventTypes: ['sale.created'] }],
    ['event types, for an operator', { role: 'operator', tenantId: null, eventTypes: ['sale.created'] }],
    ['tenants, for an operator', { role: 'operator', tenantId: null, tenants: ['t1'] }],
  ])('has no limit without effect: %s', (_what, change) =>
    apiKey
      .given()
      .when({ ...producer, ...change })
      .thenThrows('limit_not_allowed'),
  );
});

describe('the first operator key', () => {
  const ensure = { ...made, type: 'EnsureApiKey', tenantId: null, role: 'operator' } as const;
  const ensured: ApiKeyEvent = { type: 'ApiKeyCreated', data: { ...made, tenantId: null, role: 'operator' } };

  test('is created when it does not exist', () => apiKey.given().when(ensure).then(ensured));
  test('that equals its setting appends nothing', () => apiKey.given(ensured).when(ensure).then());
  test('follows its setting', () =>
    apiKey
      .given(ensured)
      .when({ ...ensure, hash: 'h2', prefix: 'sgn_o_cd' })
      .then({ type: 'ApiKeyReplaced', data: { hash: 'h2', prefix: 'sgn_o_cd', at } }));
  test('stays revoked until its setting names another key', () => {
    apiKey.given(ensured, revoked).when(ensure).then();
    const another = { ...ensure, hash: 'h2' };
    apiKey
      .given(ensured, revoked)
      .when(another)
      .then({ type: 'ApiKeyCreated', data: { ...ensured.data, hash: 'h2' } as never });
  });
});
