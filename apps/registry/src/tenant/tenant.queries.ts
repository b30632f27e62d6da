import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { tables } from '../database/tables.ts';
import type { TenantRow } from './tenant.row.ts';

export class TenantQueries {
  constructor(private readonly em: EntityManager) {}

  find(id: string): Promise<TenantRow | undefined> {
    return tables(this.em).selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Newest first; rows added meanwhile change no page that follows. */
  list(page: { limit: number; after?: { createdAt: Date; id: string } | undefined }): Promise<TenantRow[]> {
    const query = tables(this.em).selectFrom('tenants').selectAll();
    const { after } = page;
    const rest = after
      ? query.where(sql<boolean>`(created_at, id) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})`)
      : query;
    return rest.orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(page.limit).execute();
  }

  async byIds(ids: readonly string[]): Promise<TenantRow[]> {
    if (ids.length === 0) return [];
    const isOne = sql<boolean>`id = any(${[...ids]}::text[])`;
    return tables(this.em).selectFrom('tenants').selectAll().where(isOne).execute();
  }
}
