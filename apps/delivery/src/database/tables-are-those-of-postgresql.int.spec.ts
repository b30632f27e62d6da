import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { StoredDeliveries } from '../testing/stored-deliveries.ts';
import type { Tables } from './tables.ts';

/** Each column of each table, and whether it may be null. The compiler compares this list with `Tables`. */
type Listed = { readonly [T in keyof Tables]: { readonly [C in keyof Tables[T]]-?: Nullable<Tables[T][C]> } };
type Nullable<C> = null extends (C extends { readonly __select__: infer S } ? S : C) ? 'null' : 'not null';

const LISTED: Listed = {
  deliveries: {
    id: 'not null',
    day: 'not null',
    tenant_id: 'not null',
    webhook_id: 'not null',
    partition: 'not null',
    event_type: 'not null',
    event_id: 'not null',
    message_id: 'null',
    source: 'null',
    subject: 'null',
    kind: 'not null',
    repeats: 'null',
    status: 'not null',
    attempt_count: 'not null',
    unspent_attempts: 'not null',
    max_attempts: 'not null',
    is_retry_asked: 'not null',
    next_retry_at: 'null',
    response_status_code: 'null',
    error_class: 'null',
    error_message: 'null',
    end_reason: 'null',
    last_attempt: 'null',
    signature: 'null',
    sent_at: 'null',
    completed_at: 'null',
    duration_ms: 'null',
    created_at: 'not null',
    updated_at: 'not null',
    version: 'not null',
  },
  delivery_log: {
    day: 'not null',
    delivery_id: 'not null',
    version: 'not null',
    position: 'not null',
    tx: 'not null',
    events: 'not null',
    body: 'null',
  },
  due_deliveries: {
    delivery_id: 'not null',
    day: 'not null',
    partition: 'not null',
    webhook_id: 'not null',
    created_at: 'not null',
    due_at: 'not null',
    subject: 'null',
    request_offset: 'null',
    held_epoch: 'null',
    webhook_version: 'null',
  },
  partition_owners: { partition: 'not null', epoch: 'not null', owner: 'not null', taken_at: 'not null' },
  shelved_requests: {
    id: 'not null',
    partition: 'not null',
    webhook_id: 'not null',
    count: 'not null',
    requests: 'not null',
  },
  unreadable_shelved_requests: {
    id: 'not null',
    partition: 'not null',
    webhook_id: 'not null',
    count: 'not null',
    requests: 'not null',
    reason: 'not null',
    set_aside_at: 'not null',
  },
  circuits: {
    webhook_id: 'not null',
    tenant_id: 'not null',
    partition: 'not null',
    epoch: 'not null',
    openings: 'not null',
    failures: 'not null',
    opened_at: 'null',
    probe_at: 'null',
    last_failed_at: 'null',
    probe_asked_at: 'null',
    active_since: 'null',
  },
  platform_faults: {
    partition: 'not null',
    epoch: 'not null',
    evidence: 'not null',
    since: 'not null',
    held_until: 'not null',
  },
  answered_hosts: { host: 'not null', tenants: 'not null', answered_at: 'not null' },
  delivery_days: { day: 'not null', created_from: 'not null', created_until: 'not null' },
  delivery_statistics: {
    resolution: 'not null',
    tenant_id: 'not null',
    bucket: 'not null',
    webhook_id: 'not null',
    event_type: 'not null',
    cells: 'not null',
    counts: 'not null',
  },
  statistics_progress: {
    id: 'not null',
    tx: 'not null',
    position: 'not null',
    filled_from: 'not null',
    is_filled: 'not null',
    minutes_from: 'not null',
    hours_from: 'not null',
    counted_at: 'not null',
    rest_until: 'not null',
  },
  statistics_recounts: { id: 'not null', tenant_id: 'not null', webhook_id: 'not null', created_at: 'not null' },
  replays: {
    id: 'not null',
    tenant_id: 'not null',
    webhook_id: 'not null',
    since: 'not null',
    until: 'not null',
    status: 'not null',
    state: 'not null',
    total: 'null',
    requested: 'not null',
    cursor: 'null',
    webhook_version: 'null',
    reason: 'null',
    created_by: 'not null',
    created_at: 'not null',
    updated_at: 'not null',
    completed_at: 'null',
    leased_by: 'null',
    leased_until: 'null',
  },
  delivery_jobs: {
    id: 'not null',
    tenant_id: 'null',
    action: 'not null',
    webhook_id: 'null',
    status: 'not null',
    error_class: 'null',
    event_type: 'null',
    since: 'not null',
    until: 'not null',
    state: 'not null',
    total: 'null',
    done: 'not null',
    refused: 'not null',
    cursor: 'null',
    created_by: 'not null',
    created_at: 'not null',
    updated_at: 'not null',
    completed_at: 'null',
    leased_by: 'null',
    leased_until: 'null',
  },
};

let stored: StoredDeliveries;
beforeAll(async () => {
  stored = await StoredDeliveries.create();
});
afterAll(() => stored?.close());

test.each(Object.keys(LISTED) as (keyof Tables)[])(
  'the type of the table %s has the columns of the table',
  async (table) => {
    const { rows } = await sql<{ name: string; is_nullable: 'YES' | 'NO' }>`
    select column_name as name, is_nullable from information_schema.columns
    where table_schema = 'delivery' and table_name = ${table}`.execute(stored.database.query);
    const columns = rows.map((row) => [row.name, row.is_nullable === 'YES' ? 'null' : 'not null']);
    expect(LISTED[table]).toEqual(Object.fromEntries(columns));
  },
);
