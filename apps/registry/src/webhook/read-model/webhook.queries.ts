import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { tables } from '../../database/tables.ts';
import type { Place } from '../../http/page.ts';
import type { Found, FoundElsewhere, WebhookFilter } from '../api/webhook.filter.ts';
import { activityRanges, allOf, tenantMatches, webhookConditions } from '../api/webhook.filter.ts';
import type { WebhookRow } from './webhook.row.ts';

/** A webhook with its tenant's name and its activity, from other tables. */
export interface WebhookDetails extends WebhookRow {
  readonly tenantName: string | null;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
}

type Joined = { w: WebhookRow; a: Tables['webhook_activity'] };
type DetailsQuery = SelectQueryBuilder<Joined, 'w' | 'a', WebhookDetails>;

/** A look-up for each row of the page: for a join PostgreSQL might read all tenants. */
const TENANT_NAME = sql<string | null>`(select t.name from tenants as t where t.id = w.tenant_id)`;

/**
 * A filter by a column of another table first reads the ids there. Up to this many ids go into the query of webhooks as a list. If there are
 * more, the query joins the other table: then so many webhooks match that a page is full before all were read.
 */
const SELECTIVE = 500;

/**
 * Each query is one statement, however many rows it returns. A list over all tenants takes one more statement for a
 * search in the tenants' names, and one more for a range of the activity. These run first, since PostgreSQL cannot
 * know whether another table will match a handful of webhooks or nearly all.
 */
@Injectable()
export class WebhookQueries {
  constructor(@Inject(EntityManager) private readonly em: EntityManager) {}

  /** undefined if there is no such webhook, or it belongs to another tenant. */
  async find(id: string, tenantId?: string): Promise<WebhookDetails | undefined> {
    const query = this.details().where('w.id', '=', id);
    return (tenantId === undefined ? query : query.where('w.tenantId', '=', tenantId)).executeTakeFirst();
  }

  /** Up to `limit` webhooks, newest first. Webhooks that are added meanwhile do not change the following pages. */
  async list(filter: WebhookFilter, page: { limit: number; after?: Place | undefined }): Promise<WebhookDetails[]> {
    const conditions = webhookConditions(filter, await this.foundElsewhere(filter));
    if (page.after) {
      const { createdAt, id } = page.after;
      conditions.push(sql<boolean>`(w.created_at, w.id) < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`);
    }
    // The columns of other tables are looked up for the rows of the page only.
    const rows = tables(this.em)
      .selectFrom('webhooks as w')
      .selectAll('w')
      .where(allOf(conditions))
      .orderBy('w.createdAt', 'desc')
      .orderBy('w.id', 'desc')
      .limit(page.limit);
    return this.details(rows).orderBy('w.createdAt', 'desc').orderBy('w.id', 'desc').execute();
  }

  /** The rows of these ids, in one statement; an id without a row is that of a deleted webhook. */
  async byIds(ids: readonly string[]): Promise<WebhookRow[]> {
    if (ids.length === 0) return [];
    return tables(this.em).selectFrom('webhooks').selectAll().where(isAnyOf('id', ids)).execute();
  }

  private details(rows = tables(this.em).selectFrom('webhooks as w').selectAll('w')): DetailsQuery {
    return tables(this.em)
      .selectFrom(rows.as('w'))
      .leftJoin('webhook_activity as a', 'a.webhookId', 'w.id')
      .selectAll('w')
      .select(['a.lastSuccessAt', 'a.lastFailureAt', TENANT_NAME.as('tenantName')]) as unknown as DetailsQuery;
  }

  /**
   * Within one tenant no other table is read first: the tenant has few webhooks, and a search for its own name makes
   * no sense.
   */
  private async foundElsewhere(filter: WebhookFilter): Promise<FoundElsewhere> {
    const ranges = activityRanges(filter);
    const { q, tenantId } = filter;
    if (tenantId !== undefined) return { tenants: [], webhooks: ranges.length === 0 ? undefined : 'many' };
    return {
      tenants: q === undefined ? [] : await this.tenantsNamed(q),
      webhooks: ranges.length === 0 ? undefined : await this.webhooksActiveWithin(ranges),
    };
  }

  private async tenantsNamed(q: string): Promise<Found> {
    const { rows } = await sql<{ id: string }>`
      select t.id from tenants as t where ${tenantMatches(q)} order by t.id limit ${SELECTIVE + 1}`.execute(
      tables(this.em),
    );
    return rows.length > SELECTIVE ? 'many' : rows.map(({ id }) => id);
  }

  private async webhooksActiveWithin(ranges: ReturnType<typeof activityRanges>): Promise<Found> {
    const { rows } = await sql<{ id: string }>`
      select a.webhook_id as id from webhook_activity as a where ${allOf(ranges)} limit ${SELECTIVE + 1}`.execute(
      tables(this.em),
    );
    return rows.length > SELECTIVE ? 'many' : rows.map(({ id }) => id);
  }
}

const isAnyOf = (column: 'id', ids: readonly string[]) => sql<boolean>`${sql.ref(column)} = any(${[...ids]}::uuid[])`;
