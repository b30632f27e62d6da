import type { Instant } from '../instant.ts';
import { RuleBroken } from '../rule-broken.ts';

export type TenantEvent =
  | { readonly type: 'TenantCreated'; readonly data: { readonly name: string; readonly at: Instant } }
  | { readonly type: 'TenantSuspended'; readonly data: { readonly detail: string | null; readonly at: Instant } }
  | { readonly type: 'TenantResumed'; readonly data: { readonly at: Instant } };

export const TENANT_EVENT_TYPES = [
  'TenantCreated',
  'TenantSuspended',
  'TenantResumed',
] as const satisfies readonly TenantEvent['type'][];

export type TenantCommand =
  | { readonly type: 'CreateTenant'; readonly name: string; readonly at: Instant }
  | { readonly type: 'SuspendTenant'; readonly detail: string | null; readonly at: Instant }
  | { readonly type: 'ResumeTenant'; readonly at: Instant };

export type Tenant = { readonly status: 'absent' | 'active' | 'suspended' };

function decide(command: TenantCommand, tenant: Tenant): TenantEvent[] {
  if (command.type === 'CreateTenant') {
    if (tenant.status !== 'absent') {
      throw new RuleBroken('conflict', 'tenant_exists', 'A tenant with this id exists already.', 'id');
    }
    return [{ type: 'TenantCreated', data: { name: command.name, at: command.at } }];
  }
  if (tenant.status === 'absent') throw new RuleBroken('not_found', 'tenant_not_found', 'There is no such tenant.');
  switch (command.type) {
    case 'SuspendTenant': {
      const { detail, at } = command;
      return tenant.status === 'suspended' ? [] : [{ type: 'TenantSuspended', data: { detail, at } }];
    }
    case 'ResumeTenant':
      return tenant.status === 'active' ? [] : [{ type: 'TenantResumed', data: { at: command.at } }];
  }
}

function evolve(_tenant: Tenant, event: TenantEvent): Tenant {
  switch (event.type) {
    case 'TenantCreated':
    case 'TenantResumed':
      return { status: 'active' };
    case 'TenantSuspended':
      return { status: 'suspended' };
  }
}

/** The rules of a tenant, pure. Asking for what already is appends nothing. */
export const tenantDecider = { initialState: (): Tenant => ({ status: 'absent' }), decide, evolve };
