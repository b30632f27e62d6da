import type { Instant } from '../http/instant.ts';
import { RuleBroken } from '../http/rule-broken.ts';

/** The settings of a tenant that can be changed. */
export interface TenantSettings {
  readonly name: string;
  /** The e-mail address that gets the alerts about the tenant's webhooks; null: no mail is sent. */
  readonly alertEmail: string | null;
}

export type TenantEvent =
  | { readonly type: 'TenantCreated'; readonly data: { readonly name: string; readonly at: Instant } }
  | {
      readonly type: 'TenantUpdated';
      readonly data: { readonly changes: Partial<TenantSettings>; readonly at: Instant };
    }
  | { readonly type: 'TenantSuspended'; readonly data: { readonly detail: string | null; readonly at: Instant } }
  | { readonly type: 'TenantResumed'; readonly data: { readonly at: Instant } };

export const TENANT_EVENT_TYPES = [
  'TenantCreated',
  'TenantUpdated',
  'TenantSuspended',
  'TenantResumed',
] as const satisfies readonly TenantEvent['type'][];

export type TenantCommand =
  | { readonly type: 'CreateTenant'; readonly name: string; readonly at: Instant }
  | { readonly type: 'UpdateTenant'; readonly changes: Partial<TenantSettings>; readonly at: Instant }
  | { readonly type: 'SuspendTenant'; readonly detail: string | null; readonly at: Instant }
  | { readonly type: 'ResumeTenant'; readonly at: Instant };

export type Tenant =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'suspended';
      /** The reason for people; null if none was given, and while the tenant is active. */
      readonly suspendedDetail: string | null;
      readonly settings: TenantSettings;
    };

function decide(command: TenantCommand, tenant: Tenant): TenantEvent[] {
  if (command.type === 'CreateTenant') {
    if (tenant.status !== 'absent') {
      throw new RuleBroken('conflict', 'tenant_exists', 'A tenant with this id exists already.', 'id');
    }
    return [{ type: 'TenantCreated', data: { name: command.name, at: command.at } }];
  }
  if (tenant.status === 'absent') throw new RuleBroken('not_found', 'tenant_not_found', 'There is no such tenant.');
  switch (command.type) {
    case 'UpdateTenant': {
      const changes = realChanges(tenant.settings, command.changes);
      if (Object.keys(changes).length === 0) return [];
      return [{ type: 'TenantUpdated', data: { changes, at: command.at } }];
    }
    case 'SuspendTenant': {
      const { detail, at } = command;
      if (tenant.status === 'active') return [{ type: 'TenantSuspended', data: { detail, at } }];
      // Without a new reason the call loses nothing. A new reason would be dropped while the caller believes that it
      // is stored.
      if (detail === null || detail === tenant.suspendedDetail) return [];
      const message = 'The tenant is suspended already; the reason that it has stays.';
      throw new RuleBroken('conflict', 'tenant_suspended', message, 'reason');
    }
    case 'ResumeTenant':
      return tenant.status === 'active' ? [] : [{ type: 'TenantResumed', data: { at: command.at } }];
  }
}

/** The changes whose value differs from the present one. */
const realChanges = (settings: TenantSettings, changes: Partial<TenantSettings>): Partial<TenantSettings> =>
  Object.fromEntries(
    Object.entries(changes).filter(
      ([field, value]) => value !== undefined && value !== settings[field as keyof TenantSettings],
    ),
  );

function evolve(tenant: Tenant, event: TenantEvent): Tenant {
  if (event.type === 'TenantCreated') {
    return { status: 'active', suspendedDetail: null, settings: { name: event.data.name, alertEmail: null } };
  }
  if (tenant.status === 'absent') return tenant;
  switch (event.type) {
    case 'TenantUpdated':
      return { ...tenant, settings: { ...tenant.settings, ...event.data.changes } };
    case 'TenantResumed':
      return { ...tenant, status: 'active', suspendedDetail: null };
    case 'TenantSuspended':
      return { ...tenant, status: 'suspended', suspendedDetail: event.data.detail };
  }
}

/** The rules of a tenant, pure. A command that would change nothing appends nothing. */
export const tenantDecider = { initialState: (): Tenant => ({ status: 'absent' }), decide, evolve };
