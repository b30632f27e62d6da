-- 10,000 tenants with 100,000 webhooks, straight into the read models: for the test of the plans and for the benchmark
-- `registry-lists` (tools/bench). One tenant in ten thousand has a thousand of them, the others about ten. Ids begin with
-- "many-", by which they are removed again.
insert into registry.tenants (id, name, status, suspended_detail, created_at, updated_at, version)
select 'many-' || n, 'Jeweller ' || n || ' of ' || (array['Antwerp', 'Idar', 'Pforzheim', 'Vicenza', 'Jaipur'])[1 + n % 5],
  'active', null, moment, moment, 1
from generate_series(0, 9999) as n,
  lateral (select date_trunc('milliseconds', timestamptz '2026-01-01' + n * interval '40 minutes') as moment) as m;

insert into registry.webhooks (id, tenant_id, name, description, url, events, headers, ordering, secrets, is_active,
  disabled_reason, disabled_at, consecutive_failures, created_by, created_at, updated_at, version)
select
  -- In the order of their creation, as UUIDs of version 7 are.
  (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || substr(md5('many-' || n), 1, 12))::uuid,
  'many-' || case when n % 100 = 0 then 0 else n % 9999 + 1 end,
  (array['Orders', 'Stock', 'Repairs', 'Accounting', 'Newsletter'])[1 + n % 5] || ' ' || substr(md5('name' || n), 1, 6),
  case when n % 3 = 0 then 'Feeds the till in branch ' || substr(md5('till' || n), 1, 8) end,
  'https://' || substr(md5('host' || n % 9999), 1, 10) || '.example/hooks/' || n,
  case n % 6
    when 0 then array['sale.created', 'sale.updated', 'sale.refunded']
    when 1 then array['inventory.created', 'inventory.updated', 'inventory.low_stock']
    when 2 then array['customer.created']
    when 3 then array['repair_order.created', 'repair_order.status_changed']
    when 4 then array['sale.created']
    else array['sale.created', 'inventory.updated', 'customer.updated']
  end || case when n % 5000 = 7 then array['purchase_order.received'] else array[]::text[] end,
  '{}', 'none', '[{"sealed": "v1.none.AAAA", "expiresAt": null}]', n % 40 <> 3,
  case when n % 40 = 3 then 'failing' end, case when n % 40 = 3 then moment end, case when n % 20 = 9 then n % 10 else 0 end,
  'seed', moment, moment, 1
from generate_series(0, 99999) as n,
  lateral (select date_trunc('milliseconds', timestamptz '2026-01-02' + n * interval '4 minutes') as moment) as m;

insert into registry.webhook_activity (webhook_id, last_success_at, last_failure_at)
select id, created_at + interval '1 day', case when consecutive_failures > 0 then created_at + interval '2 days' end
from registry.webhooks where tenant_id like 'many-%' and abs(hashtext(id::text)) % 10 < 8;

analyze registry.tenants;
analyze registry.webhooks;
analyze registry.webhook_activity;
