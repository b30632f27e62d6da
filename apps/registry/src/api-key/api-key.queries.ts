import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { tables } from '../database/tables.ts';
import type { ApiKeyRow } from './api-key.row.ts';

@Injectable()
export class ApiKeyQueries {
  constructor(@Inject(EntityManager) private readonly em: EntityManager) {}

  find(id: string): Promise<ApiKeyRow | undefined> {
    return tables(this.em).selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
  }

  findByHash(hash: string): Promise<ApiKeyRow | undefined> {
    return tables(this.em).selectFrom('api_keys').selectAll().where('hash', '=', hash).executeTakeFirst();
  }

  /** Keys of a tenant, or with null those of the operators; newest first. */
  list(
    tenantId: string | null,
    page: { limit: number; after?: { createdAt: Date; id: string } | undefined },
  ): Promise<ApiKeyRow[]> {
    const query = tables(this.em).selectFrom('api_keys').selectAll();
    const owned = tenantId === null ? query.where('tenantId', 'is', null) : query.where('tenantId', '=', tenantId);
    const { after } = page;
    const rest = after
      ? owned.where(sql<boolean>`(created_at, id) < (${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`)
      : owned;
    return rest.orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(page.limit).execute();
  }

  async byIds(ids: readonly string[]): Promise<ApiKeyRow[]> {
    if (ids.length === 0) return [];
    const isOne = sql<boolean>`id = any(${[...ids]}::uuid[])`;
    return tables(this.em).selectFrom('api_keys').selectAll().where(isOne).execute();
  }
}
