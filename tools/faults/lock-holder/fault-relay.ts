import { EventStoreMigration, LogRelay } from '@signet/event-store';
import type { LogPosition, RelayLogger } from '@signet/event-store';
import { systemClock } from '@signet/contracts';
import { DEFAULT_LIMITS, pgConnection } from '@signet/service-kit';
import type { DatabaseOptions } from '@signet/service-kit';

const SCHEMA = 'faults';

export const faultDatabase = (url: string): DatabaseOptions => ({
  url,
  schema: SCHEMA,
  entities: [],
  migrations: [{ name: 'event-store', class: EventStoreMigration }],
});

/** A relay with the sessions and limits of the services, which tells what it would publish instead of sending it to Kafka. */
export const faultRelay = (url: string, published: (streams: readonly string[]) => void) =>
  new LogRelay<LogPosition & { readonly stream_id: string }>({
    connection: pgConnection({ url }),
    lockLeaseMs: DEFAULT_LIMITS.deadAfterMs,
    name: 'faults',
    table: `${SCHEMA}.events`,
    positionsTable: `${SCHEMA}.relay_positions`,
    columns: ['stream_id'],
    timeColumn: 'recorded_at',
    clock: systemClock,
    logger: silent,
    publish: async (rows) => published(rows.map(({ stream_id }) => stream_id)),
  });

const nothing = (): void => undefined;
const silent: RelayLogger = { info: nothing, warn: nothing, error: nothing };
