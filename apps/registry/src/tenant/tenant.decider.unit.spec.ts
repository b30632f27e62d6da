import { describe, test } from '@jest/globals';
import { specify } from '@signet/testing';
import type { TenantEvent } from './tenant.decider.ts';
import { tenantDecider } from './tenant.decider.ts';

const tenant = specify(tenantDecider);
const at = '2026-01-15T12:00:00.000Z';
const created: TenantEvent = { type: 'TenantCreated', data: { name: 'Goldsmith', at } };
const suspended: TenantEvent = { type: 'TenantSuspended', data: { detail: 'Unpaid', at } };

describe('a tenant', () => {
  test('is created', () => tenant.given().when({ type: 'CreateTenant', name: 'Goldsmith', at }).then(created));
  test('is created once', () =>
    tenant.given(created).when({ type: 'CreateTenant', name: 'Silversmith', at }).thenThrows('tenant_exists'));
  test('is suspended with a reason, once', () => {
    tenant.given(created).when({ type: 'SuspendTenant', detail: 'Unpaid', at }).then(suspended);
    tenant.given(created, suspended).when({ type: 'SuspendTenant', detail: 'Unpaid', at }).then();
    tenant
      .given(created, suspended)
      .when({ type: 'SuspendTenant', detail: 'Abuse', at })
      .thenThrows('tenant_suspended');
  });
  test('is resumed, once', () => {
    const resumed: TenantEvent = { type: 'TenantResumed', data: { at } };
    tenant.given(created, suspended).when({ type: 'ResumeTenant', at }).then(resumed);
    tenant.given(created).when({ type: 'ResumeTenant', at }).then();
    tenant
      .given(created, suspended, resumed)
      .when({ type: 'SuspendTenant', detail: null, at })
      .then({
        type: 'TenantSuspended',
        data: { detail: null, at },
      });
  });
  test('is changed only in the values that differ', () => {
    const named: TenantEvent = { type: 'TenantUpdated', data: { changes: { alertEmail: 'ops@shop.example' }, at } };
    const change = { name: 'Goldsmith', alertEmail: 'ops@shop.example' };
    tenant.given(created).when({ type: 'UpdateTenant', changes: change, at }).then(named);
    tenant.given(created, named).when({ type: 'UpdateTenant', changes: change, at }).then();
    tenant
      .given(created, named)
      .when({ type: 'UpdateTenant', changes: { alertEmail: null }, at })
      .then({ type: 'TenantUpdated', data: { changes: { alertEmail: null }, at } });
    tenant.given(created, suspended, named).when({ type: 'SuspendTenant', detail: null, at }).then();
  });
  test('that does not exist can be neither suspended nor resumed', () => {
    tenant.given().when({ type: 'SuspendTenant', detail: null, at }).thenThrows('tenant_not_found');
    tenant.given().when({ type: 'ResumeTenant', at }).thenThrows('tenant_not_found');
    tenant.given().when({ type: 'UpdateTenant', changes: {}, at }).thenThrows('tenant_not_found');
  });
});
