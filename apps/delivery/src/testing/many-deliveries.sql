-- Many deliveries of 1,000 tenants to 5,045 webhooks over many days, the last ones of just now, straight into the read
-- model: for the test of the plans and for the benchmark `delivery-lists` (tools/bench). How many and of how many days the
-- caller says: select set_config('many.deliveries', '1000000', false), set_config('many.days', '90', false).
-- One delivery in eight is `many-0`'s, which has 50 webhooks and no repairs; the other tenants have five webhooks each.
-- 98 in a hundred succeeded, three of these not at once; replays lie in the partition of the day of their message. The work
-- queue is left alone, so that no delivery is sent. Every table is named with its schema, whatever the search path of
-- the caller: the service has made the partitions of some of these days already. Tenants begin with "many-", by which all
-- of it is removed again.
create or replace function pg_temp.id_of(name text) returns uuid language sql immutable
  return overlay(overlay(md5(name) placing '5' from 13) placing 'a' from 17)::uuid;

do $$
declare
  today date := (now() at time zone 'UTC')::date;
  made date;
begin
  for back in 0 .. current_setting('many.days')::int loop
    made := today - back;
    execute format('create table if not exists delivery.%I partition of delivery.deliveries for values from (%L) to (%L)',
      'deliveries_' || to_char(made, 'YYYYMMDD'), made, made + 1);
    execute format('create table if not exists delivery.%I partition of delivery.delivery_log for values from (%L) to (%L)',
      'delivery_log_' || to_char(made, 'YYYYMMDD'), made, made + 1);
  end loop;
end $$;

insert into delivery.deliveries (id, day, tenant_id, webhook_id, partition, event_type, event_id, message_id, source,
  subject, kind, repeats, status,
  attempt_count, max_attempts, next_retry_at, response_status_code, error_class, error_message, signature, sent_at,
  completed_at, duration_ms, created_at, updated_at, version)
select
  pg_temp.id_of('many-delivery-' || n),
  ((created_at - case when is_replay then (1 + n % greatest(1, days / 8)) * interval '1 day' else interval '0' end) at time zone 'UTC')::date,
  'many-' || tenant,
  pg_temp.id_of('many-webhook-' || tenant || '-' || floor(dice[3] * case tenant when 0 then 50 else 5 end)),
  n % 12,
  event_type,
  -- Every fourth message goes to two webhooks.
  pg_temp.id_of('many-event-' || case n % 4 when 3 then n - 1 else n end),
  -- Producers count by themselves: a thousand tenants have the same ids and subjects.
  'sale-' || case n % 4 when 3 then n - 1 else n end % 20000,
  '/pos/' || n % 7,
  'S-' || n % 5000,
  case when is_replay then 'replay' else 'message' end,
  case when is_replay then pg_temp.id_of('many-delivery-' || n / 2) end,
  status,
  attempts,
  5,
  case status when 'RETRYING' then sent_at + interval '1 hour' end,
  case when attempts = 0 then null when status = 'SUCCESS' then 200 else substring(failure[2] from 'answered (\d+)')::int end,
  case when status in ('FAILED', 'RETRYING') then failure[1] end,
  case when status in ('FAILED', 'RETRYING') then failure[2] end,
  case when attempts > 0 then 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' end,
  sent_at,
  case when status in ('SUCCESS', 'FAILED') then coalesce(sent_at, created_at) + interval '35 milliseconds' end,
  case when attempts > 0 then 5 + n % 120 end,
  created_at,
  coalesce(sent_at, created_at) + interval '35 milliseconds',
  attempts + 1
from (
  select *,
    case status when 'PENDING' then 0 when 'SUCCESS' then case when dice[5] < 0.97 then 1 else 2 + n % 3 end
      when 'RETRYING' then 1 + n % 4 else case when failure[1] = 'disabled' then 0 else 5 end end as attempts
  from (
    select *,
      case when dice[2] < 0.017 then 'FAILED' when dice[2] < 0.0195 then 'RETRYING' when dice[2] < 0.02 then 'PENDING'
        else 'SUCCESS' end as status,
      case when tenant = 0 and common_type like 'repair_order.%' then 'customer.created' else common_type end as event_type,
      array[
        (array['http_status', 'http_status', 'http_status', 'http_status', 'timeout', 'connect', 'throttled', 'dns', 'tls',
          'disabled'])[kind],
        case kind
          when 5 then 'The time of ' || 1000 * (5 + tenant % 11) || ' ms was over while waiting for a response.'
          when 6 then 'No connection could be opened (' || (array['ECONNREFUSED', 'EHOSTUNREACH'])[1 + n % 2] || ').'
          when 7 then 'The receiver answered ' || (array[429, 502, 503, 504])[1 + n % 4] || '.'
          when 8 then 'The host name could not be resolved (ENOTFOUND).'
          when 9 then case n % 50 when 7 then 'The TLS handshake failed (ERR_TLS_CERT_ALTNAME_INVALID).'
            else 'The TLS handshake failed (CERT_HAS_EXPIRED).' end
          when 10 then 'The webhook was disabled.'
          else 'The receiver answered ' || (array[500, 500, 500, 404, 400, 403])[1 + n % 6] || '.'
        end
      ] as failure
    from (
      select *,
        case when dice[1] < 0.125 then 0 else 1 + (999 * power((dice[1] - 0.125) / 0.875, 2))::int end as tenant,
        1 + floor(10 * dice[6])::int as kind,
        n % 200 = 99 and n > total / 4 as is_replay,
        (array['sale.created', 'sale.updated', 'inventory.updated', 'customer.created', 'customer.updated',
          'inventory.created', 'inventory.low_stock', 'sale.refunded', 'repair_order.status_changed', 'repair_order.created',
          'purchase_order.created', 'purchase_order.received', 'webhook.recovered', 'webhook.failing', 'webhook.disabled'
        ])[1 + width_bucket(dice[4], array[0.5, 0.65, 0.77, 0.83, 0.89, 0.92, 0.945, 0.965, 0.98, 0.99, 0.996, 0.9995,
          0.9997, 0.9999])] as common_type,
        date_trunc('milliseconds',
          now() - (total - n)::float8 / total * days * interval '1 day') as created_at
      from (select current_setting('many.deliveries')::bigint as total, current_setting('many.days')::int as days) as settings,
        lateral generate_series(1, total) as n,
        -- Uniform in [0, 1), and the same each time.
        lateral (select array_agg((hashint8extended(n, salt) & 1048575) / 1048576.0::float8) as dice
          from generate_series(1, 6) as salt) as dice
    ) as rolled
  ) as of_tenants
) as tried,
lateral (select case when attempts > 0 then created_at + interval '4 milliseconds' + case attempts when 1 then interval '0'
  when 2 then interval '63 seconds' when 3 then interval '6 minutes' when 4 then interval '22 minutes'
  else interval '85 minutes' end end as sent_at) as sending;

-- The deliveries of one webhook have their log, too: they can be read one by one.
insert into delivery.delivery_log (day, delivery_id, version, events, body)
select day, id, 1, json_build_array(json_build_object('type', 'DeliveryRequested', 'data', json_build_object(
  'tenantId', tenant_id, 'webhookId', webhook_id, 'partition', partition, 'eventType', event_type, 'eventId', event_id,
  'kind', kind, 'maxAttempts', max_attempts, 'messageTime', created_at, 'requestedAt', created_at))),
  '{"type": "sale.created", "data": {"saleId": "S-1"}}'
from delivery.deliveries
where webhook_id = pg_temp.id_of('many-webhook-0-7');

insert into delivery.delivery_days
select day, min(created_at), max(created_at) + interval '1 hour' from delivery.deliveries group by day
on conflict (day) do update set created_from = least(delivery_days.created_from, excluded.created_from),
  created_until = greatest(delivery_days.created_until, excluded.created_until);
