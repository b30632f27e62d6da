import type pg from 'pg';

interface Template {
  readonly webhook_id: string;
  readonly day: string;
  readonly events: readonly { type: string; data: Record<string, unknown> }[];
}

/** Due time of the retries while they are being made: so far away that none starts early. */
const FAR = '2100-01-01T00:00:00Z';

/**
 * Makes retries for the tenant's webhooks, each after one failed attempt, as copies of a delivery that the webhook has had.
 * Returns which messages each path is owed.
 */
export async function seedRetries(
  database: pg.Client,
  tenantId: string,
  count: number,
  newId: () => string,
): Promise<Map<string, string[]>> {
  const { rows: templates } = await database.query<Template>(
    `select distinct on (d.webhook_id) d.webhook_id, d.day::text, l.events
     from delivery.deliveries d join delivery.delivery_log l on l.delivery_id = d.id and l.day = d.day and l.version = 1
     where d.tenant_id = $1 and d.status = 'SUCCESS'`,
    [tenantId],
  );
  const owed = new Map<string, string[]>();
  for (const template of templates) {
    const ids = Array.from({ length: Math.floor(count / templates.length) }, newId);
    await database.query(
      `with ids as (select gen_random_uuid() as id, event_id from unnest($1::uuid[]) as e(event_id)),
       template as (
         select d.*, l.body from delivery.deliveries d
         join delivery.delivery_log l on l.delivery_id = d.id and l.day = d.day and l.version = 1
         where d.webhook_id = $2 and d.day = $3 and d.status = 'SUCCESS' limit 1
       ),
       made as (
         insert into delivery.deliveries (id, day, tenant_id, webhook_id, partition, event_type, event_id, kind, status,
           attempt_count, max_attempts, next_retry_at, response_status_code, error_class, error_message, signature, sent_at,
           duration_ms, created_at, updated_at, version)
         select ids.id, day, tenant_id, webhook_id, partition, event_type, ids.event_id, kind, 'RETRYING', 1, max_attempts,
           $5, 500, 'http_status', 'The receiver answered 500.', signature, sent_at, duration_ms, created_at, updated_at, 1
         from ids cross join template
         returning id, day, partition, webhook_id, created_at
       ),
       logged as (
         insert into delivery.delivery_log (day, delivery_id, version, events, body)
         select made.day, made.id, 1, $4::json, template.body from made cross join template
       )
       insert into delivery.due_deliveries (delivery_id, day, partition, webhook_id, created_at, due_at)
       select id, day, partition, webhook_id, created_at, $5 from made`,
      [ids, template.webhook_id, template.day, JSON.stringify(failedOnce(template)), FAR],
    );
    owed.set(pathOf(template), ids);
  }
  for (const table of ['deliveries', 'delivery_log', 'due_deliveries'])
    await database.query(`vacuum analyze delivery.${table}`);
  return owed;
}

/** Makes all of these retries due now. */
export async function makeOverdue(database: pg.Client, tenantId: string): Promise<void> {
  await database.query(
    `update delivery.due_deliveries q set due_at = now() from delivery.deliveries d
     where d.id = q.delivery_id and d.day = q.day and d.tenant_id = $1 and q.due_at = $2`,
    [tenantId, FAR],
  );
}

const failedOnce = ({ events: [requested, attempt] }: Template): unknown => [
  requested,
  {
    type: 'DeliveryAttemptFailed',
    data: {
      ...attempt?.data,
      response: { statusCode: 500, headers: {}, body: '', bodyTruncated: false },
      errorClass: 'http_status',
      errorMessage: 'The receiver answered 500.',
      fault: 'receiver',
      nextAttemptAt: FAR,
    },
  },
];

const pathOf = ({ events }: Template): string =>
  new URL((events[1]?.data as { request: { url: string } }).request.url).pathname;
