import type { EntityManager } from '@mikro-orm/postgresql';
import type { SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { tables } from '../database/tables.ts';
import type { Place } from '../page.ts';
import type { WebhookRow } from './webhook.row.ts';

/** A webhook with what stands beside it in other tables. */
export interface WebhookDetails extends WebhookRow {
  readonly tenantName: string | null;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
}

export interface WebhookFilter {
  /** undefined: every tenant's (operators only). */
  readonly tenantId?: string | undefined;
  readonly active?: boolean | undefined;
  /** Subscribed to this event type. */
  readonly event?: string | undefined;
  /** Part of name, URL, description, or of the tenant's id or name, in any case. */
  readonly q?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly lastSuccessAfter?: Date | undefined;
  readonly lastSuccessBefore?: Date | undefined;
  readonly lastFailureAfter?: Date | undefined;
  readonly lastFailureBefore?: Date | undefined;
}

type Joined = { w: WebhookRow; a: Tables['webhook_activity']; t: Tables['tenants'] };
type DetailsQuery = SelectQueryBuilder<Joined, 'w' | 'a' | 't', WebhookDetails>;

/** `a%b` as a LIKE pattern that finds the text itself anywhere. */
const containing = (text: string): string => `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;

/** One statement each, however many rows; the search of the operators' list takes one more for the tenants' names. */
export class WebhookQueries {
  constructor(private readonly em: EntityManager) {}

  /** undefined where there is none, or where it is another tenant's. */
  async find(id: string, tenantId?: string): Promise<WebhookDetails | undefined> {
    const query = this.details().where('w.id', '=', id);
    return (tenantId === undefined ? query : query.where('w.tenantId', '=', tenantId)).executeTakeFirst();
  }

  /** Up to `limit` webhooks, newest first; rows added meanwhile change no page that follows. */
  async list(filter: WebhookFilter, page: { limit: number; after?: Place | undefined }): Promise<WebhookDetails[]> {
    const tenantIds = await this.tenantsNamed(filter);
    let query = filtered(this.details(), filter, tenantIds);
    if (page.after) {
      const { createdAt, id } = page.after;
      query = query.where(sql<boolean>`(w.created_at, w.id) < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`);
    }
    return query.orderBy('w.createdAt', 'desc').orderBy('w.id', 'desc').limit(page.limit).execute();
  }

  /** The rows of these ids, in one statement; those without a row are deleted. */
  async byIds(ids: readonly string[]): Promise<WebhookRow[]> {
    if (ids.length === 0) return [];
    return tables(this.em).selectFrom('webhooks').selectAll().where(isAnyOf('id', ids)).execute();
  }

  private details(): DetailsQuery {
    return tables(this.em)
      .selectFrom('webhooks as w')
      .leftJoin('webhook_activity as a', 'a.webhookId', 'w.id')
      .leftJoin('tenants as t', 't.id', 'w.tenantId')
      .selectAll('w')
      .select(['a.lastSuccessAt', 'a.lastFailureAt', 't.name as tenantName']) as unknown as DetailsQuery;
  }

  /** Tenants found by the search; asked first, since an OR over a join could use no index. */
  private async tenantsNamed({ q, tenantId }: WebhookFilter): Promise<string[]> {
    if (q === undefined || tenantId !== undefined) return [];
    const pattern = containing(q);
    const found = await tables(this.em)
      .selectFrom('tenants')
      .select('id')
      .where(sql<boolean>`lower(id || chr(10) || name) like ${pattern}`)
      .execute();
    return found.map(({ id }) => id);
  }
}

const isAnyOf = (column: 'id', ids: readonly string[]) => sql<boolean>`${sql.ref(column)} = any(${[...ids]}::uuid[])`;

function filtered(query: DetailsQuery, filter: WebhookFilter, tenantIds: string[]): DetailsQuery {
  const { tenantId, active, event, q } = filter;
  let narrowed = query;
  if (tenantId !== undefined) narrowed = narrowed.where('w.tenantId', '=', tenantId);
  if (active !== undefined) narrowed = narrowed.where('w.isActive', '=', active);
  if (event !== undefined) narrowed = narrowed.where(sql<boolean>`w.events @> array[${event}]::text[]`);
  if (q !== undefined) narrowed = narrowed.where(matches(q, tenantIds));
  const ranges = [
    ['w.createdAt', filter.createdAfter, filter.createdBefore],
    ['a.lastSuccessAt', filter.lastSuccessAfter, filter.lastSuccessBefore],
    ['a.lastFailureAt', filter.lastFailureAfter, filter.lastFailureBefore],
  ] as const;
  for (const [column, after, before] of ranges) {
    if (after) narrowed = narrowed.where(column, '>', after);
    if (before) narrowed = narrowed.where(column, '<', before);
  }
  return narrowed;
}

/** The expression is that of the trigram index, character by character. */
function matches(q: string, tenantIds: string[]) {
  const own = sql<boolean>`lower(w.name || chr(10) || coalesce(w.description, '') || chr(10) || w.url) like ${containing(q)}`;
  return tenantIds.length === 0 ? own : sql<boolean>`(${own} or w.tenant_id = any(${tenantIds}::text[]))`;
}
