import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';

export interface WebhookFilter {
  /** undefined: webhooks of every tenant (operators only). */
  readonly tenantId?: string | undefined;
  readonly active?: boolean | undefined;
  /** Only webhooks that are subscribed to this event type. */
  readonly event?: string | undefined;
  /**
   * A part of the name, URL or description, case-insensitive. In a search over all tenants also a part of the
   * tenant's id or name.
   */
  readonly q?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly lastSuccessAfter?: Date | undefined;
  readonly lastSuccessBefore?: Date | undefined;
  readonly lastFailureAfter?: Date | undefined;
  readonly lastFailureBefore?: Date | undefined;
}

/** The ids that a condition on another table has found, or `many`: too many ids to be passed on as a list. */
export type Found = readonly string[] | 'many';

export interface FoundElsewhere {
  /** Tenants that the search finds; empty for a search within one tenant. */
  readonly tenants: Found;
  /** Webhooks whose activity lies in the ranges; undefined where no range is given. */
  readonly webhooks: Found | undefined;
}

type Condition = RawBuilder<boolean>;

/**
 * The texts of a tenant that are searched. The expression must be that of the index `tenants_search`, character by
 * character.
 */
const tenantLike = (alias: string, q: string): Condition =>
  sql<boolean>`lower(${sql.ref(`${alias}.id`)} || chr(10) || ${sql.ref(`${alias}.name`)}) like ${containing(q)}`;

/** `a%b` as a LIKE pattern that finds the text itself anywhere. */
const containing = (text: string): string => `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;

export const tenantMatches = (q: string): Condition => tenantLike('t', q);

/** The time ranges, as conditions over `webhook_activity as a`. */
export const activityRanges = (filter: WebhookFilter): Condition[] => [
  ...range('a.last_success_at', filter.lastSuccessAfter, filter.lastSuccessBefore),
  ...range('a.last_failure_at', filter.lastFailureAfter, filter.lastFailureBefore),
];

/** All conditions, over `webhooks as w`. */
export function webhookConditions(filter: WebhookFilter, { tenants, webhooks }: FoundElsewhere): Condition[] {
  const { tenantId, active, event, q } = filter;
  return [
    ...(tenantId === undefined ? [] : [sql<boolean>`w.tenant_id = ${tenantId}`]),
    // No query parameter here, so that PostgreSQL can use the index over the disabled webhooks.
    ...(active === undefined ? [] : [active ? sql<boolean>`w.is_active` : sql<boolean>`not w.is_active`]),
    ...(event === undefined ? [] : [sql<boolean>`w.events @> array[${event}]::text[]`]),
    ...(q === undefined ? [] : [searched(q, tenants)]),
    ...range('w.created_at', filter.createdAfter, filter.createdBefore),
    ...(webhooks === undefined ? [] : [withActivity(filter, webhooks)]),
  ];
}

export const allOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;

function range(column: string, after: Date | undefined, before: Date | undefined): Condition[] {
  const time = sql.ref(column);
  return [
    ...(after ? [sql<boolean>`${time} >= ${after.toISOString()}::timestamptz`] : []),
    ...(before ? [sql<boolean>`${time} < ${before.toISOString()}::timestamptz`] : []),
  ];
}

/** The expression over the webhook must be that of the index `webhooks_search`, character by character. */
function searched(q: string, tenants: Found): Condition {
  const own = sql<boolean>`lower(w.name || chr(10) || coalesce(w.description, '') || chr(10) || w.url) like ${containing(q)}`;
  if (tenants.length === 0) return own;
  if (tenants !== 'many') return sql<boolean>`(${own} or w.tenant_id = any(${[...tenants]}::text[]))`;
  // `offset 0` makes PostgreSQL look the tenant up for each row. Otherwise its plan might read the whole table of
  // tenants, although many tenants match and a page is full after few rows.
  return sql<boolean>`(${own} or exists (
    select from tenants as t where t.id = w.tenant_id and ${tenantLike('t', q)} offset 0))`;
}

function withActivity(filter: WebhookFilter, webhooks: Found): Condition {
  if (webhooks !== 'many') return sql<boolean>`w.id = any(${[...webhooks]}::uuid[])`;
  return sql<boolean>`exists (
    select from webhook_activity as a where a.webhook_id = w.id and ${allOf(activityRanges(filter))})`;
}
