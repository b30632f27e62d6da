import { TENANT_ID } from '@signet/contracts';
import { z } from 'zod';
import type { Page } from './paging.ts';

export const tenantId = z
  .string()
  .max(64)
  .regex(TENANT_ID, 'It must be at most 64 letters, digits, ".", "_" and "-", the first a letter or digit.');

/** The query field with which an operator lists the rows of one tenant; spread it beside `pageQuery`. */
export const tenantQuery = { tenantId: tenantId.optional().describe('Only of this tenant; for operators.') } as const;

/** Whose rows a list shows: one tenant's, or with null every tenant's. */
export interface TenantScope {
  readonly tenantId: string | null;
}

/**
 * @param caller the tenant of the caller; null for an operator
 * @param asked the tenant that the query names
 * @returns undefined when a tenant names another tenant: it gets an empty list, see `emptyPage`
 */
export function scopeOf({ tenantId: own }: TenantScope, asked: string | undefined): TenantScope | undefined {
  if (own === null) return { tenantId: asked ?? null };
  return asked === undefined || asked === own ? { tenantId: own } : undefined;
}

export const emptyPage = (): Page<never> => ({ data: [], nextCursor: null });
