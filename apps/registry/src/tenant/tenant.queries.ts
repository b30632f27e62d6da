import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { tables } from '../database/tables.ts';
import type { Place } from '../http/page.ts';
import { allOf, tenantMatches } from '../webhook/api/webhook.filter.ts';
import type { TenantRow } from './tenant.row.ts';

const SUSPENDED = sql<boolean>`t.status = 'suspended'`;

export interface TenantFilter {
  readonly status?: TenantRow['status'] | undefined;
  /** A part of the id or the name, case-insensitive. */
  readonly q?: string | undefined;
}

@Injectable()
export class TenantQueries {
  constructor(@Inject(EntityManager) private readonly em: EntityManager) {}

  find(id: string): Promise<TenantRow | undefined> {
    return tables(this.em).selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Newest first. Tenants that are added meanwhile do not change the following pages. */
  list({ status, q }: TenantFilter, page: { limit: number; after?: Place | undefined }): Promise<TenantRow[]> {
    const { after } = page;
    const conditions = [
      // No query parameter here, so that PostgreSQL can use the index over the suspended tenants.
      ...(status === undefined ? [] : [status === 'suspended' ? SUSPENDED : sql<boolean>`not ${SUSPENDED}`]),
      ...(q === undefined ? [] : [tenantMatches(q)]),
      ...(after
        ? [sql<boolean>`(t.created_at, t.id) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})`]
        : []),
    ];
    return tables(this.em)
      .selectFrom('tenants as t')
      .selectAll()
      .where(allOf(conditions))
      .orderBy('t.createdAt', 'desc')
      .orderBy('t.id', 'desc')
      .limit(page.limit)
      .execute();
  }

  async byIds(ids: readonly string[]): Promise<TenantRow[]> {
    if (ids.length === 0) return [];
    const isOne = sql<boolean>`id = any(${[...ids]}::text[])`;
    return tables(this.em).selectFrom('tenants').selectAll().where(isOne).execute();
  }
}
