import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { LogPosition } from '@signet/event-store';
import { LogRelay, PostgresEventStore } from '@signet/event-store';
import type { RecordProducer } from '@signet/kafka';
import { pgConnection } from '@signet/service-kit';
import type { DatabaseAddress, KafkaPresence, Logger } from '@signet/service-kit';
import type { AlertListener } from '../alerts/alerts.module.ts';
import { alertsInLog } from '../alerts/alerts-in-log.ts';
import { isSnapshotsRequested } from '../republish/snapshots-requested.ts';
import { publicationsOf } from './publications.ts';
import { presentGeneration } from '../tables/stored-tables.ts';
import { asTableRecords, isTable } from '../tables/table-records.ts';
import type { PublishedStreams } from './published-streams.ts';
import { EVENTS_TABLE, POSITIONS_TABLE, RELAY_NAME } from './relay-name.ts';

interface EventLogRow extends LogPosition {
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly data: object;
}

export interface RegistryRelayOptions {
  readonly database: DatabaseAddress;
  readonly em: EntityManager;
  readonly producer: RecordProducer;
  readonly kafka: Pick<KafkaPresence, 'isThere'>;
  /** Gets the streams and versions that have been published. */
  readonly published: PublishedStreams;
  readonly alerts: AlertListener;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Publishes the registry's events to the other services. One replica publishes at a time. */
export const registryRelay = (options: RegistryRelayOptions) => {
  const { database, em, producer, kafka, published, alerts, clock, logger } = options;
  return new LogRelay<EventLogRow>({
    connection: pgConnection(database),
    lockLeaseMs: database.limits?.deadAfterMs,
    name: RELAY_NAME,
    table: EVENTS_TABLE,
    positionsTable: POSITIONS_TABLE,
    columns: ['stream_id', 'version', 'type', 'data'],
    timeColumn: 'recorded_at',
    batchSize: 500,
    clock,
    logger,
    // Publish only once Kafka has been found to belong to this installation. Until then another replica, which may have
    // found it already, can take the lock.
    mayPublish: () => kafka.isThere,
    async publish(rows, { throwIfLost }) {
      // The generation is read after the rows: so a row that was written in a generation is never published with an
      // earlier one.
      const generation = await presentGeneration(em);
      for (const run of runsOf(rows)) {
        const events = run.map(({ stream_id: streamId, version, type, data }) => ({ streamId, version, type, data }));
        const raised = await alertsInLog(new PostgresEventStore({ em, clock, projections: [] }), events);
        // Before Kafka, so that alerts about a failing webhook are mailed while Kafka is away.
        await alerts.tell(raised);
        // Topic by topic: a test must not overtake the snapshot of its webhook.
        for (const [topic, records] of await publicationsOf(em, events, raised)) {
          // A relay that has lost the lock may hold an old state, for which another replica has already published a
          // tombstone.
          throwIfLost();
          await producer.publishAll(topic, isTable(topic) ? asTableRecords(records, generation) : records);
        }
      }
      published.tell(rows.map(({ stream_id: streamId, version }) => ({ streamId, version })));
    },
  });
};
export type RegistryRelay = ReturnType<typeof registryRelay>;

/**
 * Splits the rows into runs, in order. A request for many snapshots is a run of its own, so that no more snapshots
 * than it asks for are in memory at once.
 */
function runsOf(rows: readonly EventLogRow[]): EventLogRow[][] {
  const runs: EventLogRow[][] = [];
  let isOpen = false;
  for (const row of rows) {
    const isAlone = isSnapshotsRequested(row);
    if (isOpen && !isAlone) runs.at(-1)?.push(row);
    else runs.push([row]);
    isOpen = !isAlone;
  }
  return runs;
}
