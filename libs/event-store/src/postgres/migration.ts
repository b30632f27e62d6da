import { Migration } from '@mikro-orm/migrations';

/** The position of each relay: one small row per relay, which is updated in place. */
export const RELAY_POSITIONS_MIGRATION = `
create table if not exists relay_positions (
  name text primary key,
  tx xid8 not null,
  position bigint not null,
  updated_at timestamptz not null
) with (fillfactor = 50);
`;

/**
 * The log of an event store, and the positions of its relays. `tx` is the transaction that wrote the event, or the `tx` of
 * the event before it in its stream if that is later. The relay reads in the order of (tx, position).
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
 * States of streams at some of their versions, so that a long stream need not be read from its first event. All rows follow from
 * the events and may be deleted at any time. In a stream, `last_recorded_at` never falls while the version grows: so one look-up
 * in the key finds the latest snapshot of all, or the latest before a time.
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
