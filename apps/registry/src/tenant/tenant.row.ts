import type { TenantSnapshot } from '@signet/contracts';
import type { TenantEvent } from './tenant.decider.ts';

/** A row of `tenants`, as `TenantEntity` maps it. */
export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly alertEmail: string | null;
  readonly status: 'active' | 'suspended';
  readonly suspendedDetail: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

/** The row after one more event: pure, so that a rebuild gives the same. */
export function applyToTenantRow(
  id: string,
  row: TenantRow | null,
  event: TenantEvent & { version: number },
): TenantRow | null {
  const { version } = event;
  const at = new Date(event.data.at);
  if (event.type === 'TenantCreated') {
    const { name } = event.data;
    const blank = { alertEmail: null, suspendedDetail: null };
    return { id, name, ...blank, status: 'active', createdAt: at, updatedAt: at, version };
  }
  if (row === null) return null;
  switch (event.type) {
    case 'TenantUpdated':
      return { ...row, ...event.data.changes, updatedAt: at, version };
    case 'TenantSuspended':
      return { ...row, status: 'suspended', suspendedDetail: event.data.detail, updatedAt: at, version };
    case 'TenantResumed':
      return { ...row, status: 'active', suspendedDetail: null, updatedAt: at, version };
  }
}

/** A tenant as the other services know it. They need no e-mail address, so it is left out. */
export const tenantSnapshotOf = ({ id, name, status, version }: TenantRow): TenantSnapshot => ({
  id,
  name,
  status,
  version,
});
