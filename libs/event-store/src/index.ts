export { evolveAll } from './decider.ts';
export type { Decider } from './decider.ts';
export type { EventLike, EventMetadata, NewEvent, StoredEvent, Stream } from './event.ts';
export type { Appended, AppendOptions, EventStore, PageOptions, StreamAppend } from './event-store.ts';
export { handle } from './handle.ts';
export type { Handled, HandleOptions } from './handle.ts';
export { handleBatch } from './handle-batch.ts';
export type { BatchEntry } from './handle-batch.ts';
export { InMemoryEventStore } from './in-memory-event-store.ts';
export {
  EVENT_STORE_MIGRATION,
  EventStoreMigration,
  RELAY_POSITIONS_MIGRATION,
  RelayPositionsMigration,
  StreamSnapshotsMigration,
} from './postgres/migration.ts';
export { PostgresEventStore } from './postgres/postgres-event-store.ts';
export type { InTransaction, PostgresEventStoreOptions } from './postgres/postgres-event-store.ts';
export type { Projection } from './postgres/projection.ts';
export { rebuild } from './postgres/rebuild.ts';
export { forgetSnapshots, lockSnapshots } from './postgres/snapshot-statements.ts';
export { LogRelay } from './relay/log-relay.ts';
export type { LogPosition, LogRelayOptions, RelayLag, RelayLogger, RelayRole } from './relay/log-relay.options.ts';
export type { AnyFold, Fold, Folded, FoldPlace, SnapshotForm } from './snapshot/fold.ts';
export { SNAPSHOT_EVERY } from './snapshot/fold-streams.ts';
export type { Slice } from './snapshot/fold-streams.ts';
export { VersionConflictError } from './version-conflict.error.ts';
