import type { EntityManager } from '@mikro-orm/postgresql';
import type { SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { tables } from '../../database/tables.ts';
import type { Place } from '../../http/page.ts';
import type { Found, FoundElsewhere, WebhookFilter } from '../api/webhook.filter.ts';
import { activityRanges, allOf, tenantMatches, webhookConditions } from '../api/webhook.filter.ts';
import type { WebhookRow } from './webhook.row.ts';

/** A webhook with what stands beside it in other tables. */
export interface WebhookDetails extends WebhookRow {
  readonly tenantName: string | null;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
}

type Joined = { w: WebhookRow; a: Tables['webhook_activity'] };
type DetailsQuery = SelectQueryBuilder<Joined, 'w' | 'a', WebhookDetails>;

/** Looked up for each row of the page: for a join a plan would read all tenants. */
const TENANT_NAME = sql<string | null>`(select t.name from tenants as t where t.id = w.tenant_id)`;

/** So many ids found in another table are handed over; where there are more, a page is full before all were looked at. */
const SELECTIVE = 500;

/**
 * One statement each, however many rows. A list over all tenants takes one more for a search, for the tenants' names, and
 * one more for a range of the activity: what another table finds is asked first, since a plan cannot know whether it is
 * a handful or nearly everything.
 */
export class WebhookQueries {
  constructor(private readonly em: EntityManager) {}

  /** undefined where there is none, or where it is another tenant's. */
  async find(id: string, tenantId?: string): Promise<WebhookDetails | undefined> {
    const query = this.details().where('w.id', '=', id);
    return (tenantId === undefined ? query : query.where('w.tenantId', '=', tenantId)).executeTakeFirst();
  }

  /** Up to `limit` webhooks, newest first; rows added meanwhile change no page that follows. */
  async list(filter: WebhookFilter, page: { limit: number; after?: Place | undefined }): Promise<WebhookDetails[]> {
    const conditions = webhookConditions(filter, await this.foundElsewhere(filter));
    if (page.after) {
      const { createdAt, id } = page.after;
      conditions.push(sql<boolean>`(w.created_at, w.id) < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`);
    }
    // What stands beside a webhook is looked up for the page alone.
    const rows = tables(this.em)
      .selectFrom('webhooks as w')
      .selectAll('w')
      .where(allOf(conditions))
      .orderBy('w.createdAt', 'desc')
      .orderBy('w.id', 'desc')
      .limit(page.limit);
    return this.details(rows).orderBy('w.createdAt', 'desc').orderBy('w.id', 'desc').execute();
  }

  /** The rows of these ids, in one statement; those without a row are deleted. */
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

  /** Within one tenant nothing is asked: its webhooks are few, and its own name is no news to it. */
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
