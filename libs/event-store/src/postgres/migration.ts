import { Migration } from '@mikro-orm/migrations';

/** Where each relay stands. One small row per relay that is updated in place. */
export const RELAY_POSITIONS_MIGRATION = `
create table if not exists relay_positions (
  name text primary key,
  tx xid8 not null,
  position bigint not null,
  updated_at timestamptz not null
) with (fillfactor = 50);
`;

/**
 * The log of an event store, and the positions of its relays. `tx` is the transaction that wrote the event, or that of
 * the event before it in its stream if that is later; the relay reads by (tx, position).
 */
export const EVENT_STORE_MIGRATION = `
create table events (
  position bigint not null generated always as identity,
  tx xid8 not null default pg_current_xact_id(),
  stream_id text not null,
  version integer not null check (version > 0),
  type text not null,
  data jsonb not null,
  actor text not null,
  recorded_at timestamptz not null,
  constraint events_stream_version primary key (stream_id, version)
);
create index events_tx_position on events (tx, position);
${RELAY_POSITIONS_MIGRATION}`;

/**
 * States of streams at some of their versions, so that a long stream need not be read from its first event. Nothing but what
 * follows from the events: every row may be deleted at any time. `last_recorded_at` never falls as the version grows, so
 * that the key finds the latest snapshot of all, and the latest before a time, in one step.
 */
export const STREAM_SNAPSHOTS_MIGRATION = `
create table stream_snapshots (
  stream_id text not null,
  fold text not null,
  shape integer not null,
  last_recorded_at timestamptz not null,
  version integer not null check (version > 0),
  state jsonb not null,
  primary key (stream_id, fold, shape, last_recorded_at, version)
);
`;

/** For `migrations.migrationsList` of a service that keeps its aggregates in an event store. */
export class EventStoreMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(EVENT_STORE_MIGRATION);
  }
}

/** For `migrations.migrationsList` of a service whose relays read a log of its own. */
export class RelayPositionsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(RELAY_POSITIONS_MIGRATION);
  }
}

/** For `migrations.migrationsList` of a service whose store keeps snapshots, behind EventStoreMigration. */
export class StreamSnapshotsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(STREAM_SNAPSHOTS_MIGRATION);
  }
}
