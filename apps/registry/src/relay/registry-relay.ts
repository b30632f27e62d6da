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

/** An idle log is looked at so often; another replica's writes wait for it, since only this one's wake the relay. */
const POLL_INTERVAL_MS = 50;

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
  /** Is told of each stream what has been published of it. */
  readonly published: PublishedStreams;
  readonly alerts: AlertListener;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events of the registry → what the other services learn of it. One replica publishes at a time. */
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
    pollIntervalMs: POLL_INTERVAL_MS,
    clock,
    logger,
    // Before that it may be the Kafka of another installation; and another replica may have found it.
    mayPublish: () => kafka.isThere,
    async publish(rows, { throwIfLost }) {
      // Read behind the rows: records of a row that was written in a generation never belong to an earlier one.
      const generation = await presentGeneration(em);
      for (const run of runsOf(rows)) {
        const events = run.map(({ stream_id: streamId, version, type, data }) => ({ streamId, version, type, data }));
        const raised = await alertsInLog(new PostgresEventStore({ em, clock, projections: [] }), events);
        // Before Kafka: people are told of a failing webhook also while that is away.
        await alerts.tell(raised);
        // Topic by topic: a test must not overtake the snapshot of its webhook.
        for (const [topic, records] of await publicationsOf(em, events, raised)) {
          // Who has lost the lock may hold a state that another replica has already followed by a tombstone.
          throwIfLost();
          await producer.publishAll(topic, isTable(topic) ? asTableRecords(records, generation) : records);
        }
      }
      published.tell(rows.map(({ stream_id: streamId, version }) => ({ streamId, version })));
    },
  });
};
export type RegistryRelay = ReturnType<typeof registryRelay>;

/** The rows in order, each request for many snapshots by itself, so that no more than these are in memory at once. */
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
