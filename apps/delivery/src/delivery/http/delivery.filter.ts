import { EVENT_TYPE_NAMES } from '@signet/contracts';
import type { ErrorClass } from '@signet/contracts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

export interface DeliveryFilter {
  /** null: deliveries of every tenant, for the operator. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  readonly status?: string | undefined;
  readonly errorClass?: ErrorClass | undefined;
  readonly eventType?: string | undefined;
  readonly eventId?: string | undefined;
  /** The producer's own id: one message only together with its source. */
  readonly messageId?: string | undefined;
  readonly source?: string | undefined;
  readonly subject?: string | undefined;
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly sentAfter?: string | undefined;
  readonly sentBefore?: string | undefined;
  /** Searches event type, event id, message id, subject and error message, and the webhooks whose names match. */
  readonly q?: string | undefined;
  readonly webhookIdsByName?: readonly string[];
}

/** Where the next page begins: behind this row in (createdAt, id) descending. */
export interface DeliveryPosition {
  readonly createdAt: string;
  readonly id: string;
}

/** Times of creation: not before `from`, and before `before`. As `Date.toISOString` gives them. */
export interface CreatedRange {
  readonly from?: string | undefined;
  readonly before?: string | undefined;
}

export type Condition = RawBuilder<unknown>;

/**
 * One scan of an index, newest first. The result of a filter and a search is the union of its scans: with a search in several
 * columns as a single condition, PostgreSQL would read every row.
 */
export interface Scan {
  readonly created: CreatedRange;
  readonly where: readonly Condition[];
  /** One scan for each value of this column. */
  readonly each?: { readonly column: 'webhook_id' | 'event_type'; readonly values: readonly string[] };
}

/**
 * If a search matches more webhooks than this, the list is read from its start instead: a delivery of one of so many webhooks
 * comes soon.
 */
const SCANS_OF_WEBHOOKS = 250;
/**
 * A delivery counts as sent promptly if its last attempt began within this time of its creation, milliseconds; the others
 * have an index.
 */
const PROMPT_MS = 60_000;
/**
 * The clocks of two replicas are assumed to differ by no more than this, milliseconds: by them no delivery is sent longer
 * than this before its creation.
 */
const CLOCKS_APART_MS = 60 * 60 * 1000;

const shifted = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString();
const earliest = (...times: (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort()[0];

/** The scans that find the deliveries of the filter behind a position. */
export function scansOf(filter: DeliveryFilter, after: DeliveryPosition | null): Scan[] {
  const where = [...matching(filter), ...(after ? [behind(after)] : [])];
  const created = {
    from: filter.createdAfter,
    before: earliest(
      filter.createdBefore,
      filter.sentBefore && shifted(filter.sentBefore, CLOCKS_APART_MS),
      after ? shifted(after.createdAt, 1) : undefined,
    ),
  };
  return spans(filter, created).flatMap((span) =>
    matches(filter).map((match) => ({
      ...match,
      created: span.created,
      where: [...where, ...span.where, ...match.where],
    })),
  );
}

/** The conditions for a range of creation times, over `deliveries d`. */
export const createdWithin = ({ from, before }: CreatedRange): Condition[] => [
  ...(from ? [sql`d.created_at >= ${from}::timestamptz`] : []),
  ...(before ? [sql`d.created_at < ${before}::timestamptz`] : []),
];

const behind = (after: DeliveryPosition): Condition =>
  sql`(d.created_at, d.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`;

/** The conditions for all fields of the filter except the search and the times of creation, over `deliveries d`. */
export function matching(filter: DeliveryFilter): Condition[] {
  const {
    tenantId,
    webhookId,
    status,
    errorClass,
    eventType,
    eventId,
    messageId,
    source,
    subject,
    sentAfter,
    sentBefore,
  } = filter;
  return [
    ...(tenantId === null ? [] : [sql`d.tenant_id = ${tenantId}`]),
    ...(webhookId ? [sql`d.webhook_id = ${webhookId}::uuid`] : []),
    ...(status ? [sql`d.status = ${status}`] : []),
    ...(errorClass ? [sql`d.error_class = ${errorClass}`] : []),
    // True for every failed delivery; the condition lets PostgreSQL use the index over rows with an error.
    ...(status === 'FAILED' || errorClass ? [sql`d.error_message is not null`] : []),
    ...(eventType ? [sql`d.event_type = ${eventType}`] : []),
    ...(eventId ? [sql`d.event_id = ${eventId}::uuid`] : []),
    ...(messageId ? [sql`d.message_id = ${messageId}`] : []),
    ...(source ? [sql`d.source = ${source}`] : []),
    ...(subject ? [sql`d.subject = ${subject}`] : []),
    ...(sentAfter ? [sql`d.sent_at >= ${sentAfter}::timestamptz`] : []),
    ...(sentBefore ? [sql`d.sent_at < ${sentBefore}::timestamptz`] : []),
  ];
}

type Span = Pick<Scan, 'created' | 'where'>;

/** Deliveries that were sent after a time were also created after it, except for the few that were sent late. */
function spans({ sentAfter }: DeliveryFilter, created: CreatedRange): Span[] {
  if (!sentAfter) return [{ created, where: [] }];
  const border = shifted(sentAfter, -PROMPT_MS);
  const prompt = { ...created, from: created.from && created.from > border ? created.from : border };
  const late = { ...created, before: earliest(created.before, border) };
  return [
    { created: prompt, where: [] },
    { created: late, where: [sql`d.sent_at - d.created_at > interval '1 minute'`] },
  ].filter(({ created: { from, before } }) => !from || !before || from < before);
}

type Match = Pick<Scan, 'where' | 'each'>;

const EVERYTHING: readonly Match[] = [{ where: [] }];

/** The conditions under which a delivery matches the search, one for each index. */
function matches(filter: DeliveryFilter): readonly Match[] {
  const { tenantId, webhookId, eventType, q, webhookIdsByName: webhookIds = [] } = filter;
  if (!q) return EVERYTHING;
  const types = EVENT_TYPE_NAMES.filter((name) => name.includes(q.toLowerCase()));
  if (webhookId && webhookIds.includes(webhookId)) return EVERYTHING;
  if (eventType && types.includes(eventType)) return EVERYTHING;
  const isWide = tenantId === null && !webhookId;
  return [
    { where: [sql`d.error_message ilike ${containing(q)}`] },
    ...byEventId(q),
    { where: [sql`d.message_id = ${q}`] },
    { where: [sql`d.subject = ${q}`] },
    ...(webhookId ? [] : byWebhooks(webhookIds)),
    ...(eventType ? [] : byTypes(types, isWide)),
  ];
}

function byWebhooks(ids: readonly string[]): Match[] {
  if (ids.length === 0) return [];
  if (ids.length > SCANS_OF_WEBHOOKS) return [{ where: [sql`d.webhook_id = any(${[...ids]}::uuid[])`] }];
  return [{ where: [], each: { column: 'webhook_id', values: ids } }];
}

function byTypes(types: readonly string[], isWide: boolean): Match[] {
  const [only, ...more] = types;
  if (only === undefined) return [];
  if (isWide) return [{ where: [], each: { column: 'event_type', values: types } }];
  if (more.length === 0) return [{ where: [sql`d.event_type = ${only}`] }];
  return [{ where: [sql`d.event_type = any(${[...types]}::text[])`] }];
}

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/**
 * Shorter texts are not searched as the beginning of an id: too many ids begin so, and the text is more likely a word or a
 * number.
 */
const ID_BEGINNING = 8;

/** Matches an event id, or its beginning. */
function byEventId(q: string): Match[] {
  const text = q.toLowerCase();
  const lowest = text + LOWEST_ID.slice(text.length);
  if (text.length < ID_BEGINNING || !ID.test(lowest)) return [];
  return [{ where: [sql`d.event_id between ${lowest}::uuid and ${text + HIGHEST_ID.slice(text.length)}::uuid`] }];
}
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** As a LIKE pattern that finds the text itself anywhere. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
