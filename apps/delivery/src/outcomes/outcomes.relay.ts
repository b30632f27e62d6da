import type { Clock } from '@signet/contracts';
import type { RelayLag, RelayRole } from '@signet/event-store';
import { LogRelay } from '@signet/event-store';
import type { RecordProducer } from '@signet/kafka';
import { pgConnection } from '@signet/service-kit';
import type { DatabaseAddress, Logger } from '@signet/service-kit';
import type { Database } from '../database/database.port.ts';
import { LOG_COLUMNS, OutcomesPublisher } from './outcomes.publisher.ts';
import type { LogRow } from './outcomes.publisher.ts';

const WAKE_AFTER_MS = 50;

/** The delivery log → delivery.outcomes.v1, by one replica at a time. */
export class OutcomesRelay {
  private readonly relay: LogRelay<LogRow>;
  private timer: NodeJS.Timeout | undefined;

  constructor(address: DatabaseAddress, database: Database, producer: RecordProducer, clock: Clock, logger: Logger) {
    const publisher = new OutcomesPublisher(database, producer);
    this.relay = new LogRelay<LogRow>({
      connection: pgConnection(address),
      lockLeaseMs: address.limits?.deadAfterMs,
      name: 'delivery.outcomes',
      table: 'delivery.delivery_log',
      positionsTable: 'delivery.relay_positions',
      columns: LOG_COLUMNS,
      publish: (rows, { throwIfLost }) => publisher.publish(rows, throwIfLost),
      clock,
      logger,
    });
  }

  start(): void {
    this.relay.start();
  }

  stop(): Promise<void> {
    clearTimeout(this.timer);
    return this.relay.stop();
  }

  /** To be called when events were stored. Outcomes are not urgent, so the relay waits a short time and sends many together. */
  wake(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.relay.wake();
    }, WAKE_AFTER_MS);
  }

  get role(): RelayRole {
    return this.relay.role;
  }

  lag(): Promise<RelayLag> {
    return this.relay.lag();
  }
}
