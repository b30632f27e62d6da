/**
 * The read models. Everything here can be dropped and built again: from the events, and `webhook_activity` from
 * `delivery.outcomes.v1` as far back as the topic goes.
 */
export const READ_MODELS_SQL: readonly string[] = [
  `create table tenants (
    id text primary key,
    name text not null,
    status text not null,
    suspended_detail text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version integer not null
  )`,
  `create index tenants_newest on tenants (created_at desc, id desc)`,
  `create table api_keys (
    id uuid primary key,
    tenant_id text,
    name text not null,
    role text not null,
    hash text not null unique,
    prefix text not null,
    created_by text not null,
    created_at timestamptz not null,
    version integer not null
  )`,
  `create index api_keys_newest_of_tenant on api_keys (tenant_id, created_at desc, id desc)`,
  `create table webhooks (
    id uuid primary key,
    tenant_id text not null,
    name text not null,
    description text,
    url text not null,
    events text[] not null,
    headers jsonb not null,
    max_attempts integer,
    request_timeout_ms integer,
    rate_limit_per_second double precision,
    ordering text not null,
    secrets jsonb not null,
    is_active boolean not null,
    disabled_reason text,
    disabled_detail text,
    disabled_at timestamptz,
    consecutive_failures integer not null,
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version integer not null
  )`,
  `create index webhooks_of_tenant_by_state on webhooks (tenant_id, is_active)`,
  `create index webhooks_newest_of_tenant on webhooks (tenant_id, created_at desc, id desc)`,
  `create index webhooks_newest on webhooks (created_at desc, id desc)`,
  // A URL may be too long for an index entry; its digest is not.
  `create index webhooks_of_url on webhooks (tenant_id, md5(url))`,
  `create index webhooks_by_event on webhooks using gin (events)`,
  `create index webhooks_failing on webhooks (consecutive_failures) where consecutive_failures > 0`,
  `create table webhook_activity (
    webhook_id uuid primary key,
    last_success_at timestamptz,
    last_failure_at timestamptz
  )`,
  `create index webhook_activity_by_success on webhook_activity (last_success_at)`,
  `create index webhook_activity_by_failure on webhook_activity (last_failure_at)`,
];

/** Search for a text in any place of a column. The expressions must be those of the queries, character by character. */
export const SEARCH_SQL: readonly string[] = [
  `create extension if not exists pg_trgm with schema public`,
  `create index webhooks_search on webhooks using gin (
    lower(name || chr(10) || coalesce(description, '') || chr(10) || url) public.gin_trgm_ops)`,
  `create index tenants_search on tenants using gin (lower(id || chr(10) || name) public.gin_trgm_ops)`,
];
