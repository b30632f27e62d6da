import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { LogPosition } from '@signet/event-store';
import { LogRelay, PostgresEventStore } from '@signet/event-store';
import type { RecordProducer } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import { alertsInLog } from '../alerts/alerts-in-log.ts';
import { publicationsOf } from './publications.ts';

interface EventLogRow extends LogPosition {
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly data: object;
}

export interface RegistryRelayOptions {
  readonly databaseUrl: string;
  readonly em: EntityManager;
  readonly producer: RecordProducer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events of the registry → what the other services learn of it. One replica publishes at a time. */
export const registryRelay = ({ databaseUrl, em, producer, clock, logger }: RegistryRelayOptions) =>
  new LogRelay<EventLogRow>({
    connectionString: databaseUrl,
    name: 'registry',
    table: 'registry.events',
    positionsTable: 'registry.relay_positions',
    columns: ['stream_id', 'version', 'type', 'data'],
    timeColumn: 'recorded_at',
    batchSize: 500,
    clock,
    logger,
    async publish(rows, { signal }) {
      const events = rows.map(({ stream_id: streamId, version, type, data }) => ({ streamId, version, type, data }));
      const alerts = await alertsInLog(new PostgresEventStore({ em, clock, projections: [] }), events);
      // Topic by topic: a test must not overtake the snapshot of its webhook.
      for (const [topic, records] of await publicationsOf(em, events, alerts)) {
        // Who has lost the lock may hold a state that another replica has already followed by a tombstone.
        signal.throwIfAborted();
        await producer.publishAll(topic, records);
      }
    },
  });
export type RegistryRelay = ReturnType<typeof registryRelay>;
