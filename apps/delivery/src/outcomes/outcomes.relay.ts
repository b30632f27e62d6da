import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { LogRelay } from '@signet/event-store';
import type { RecordProducer } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import { LOG_COLUMNS, OutcomesPublisher } from './outcomes.publisher.ts';
import type { LogRow } from './outcomes.publisher.ts';

/** The delivery log → delivery.outcomes.v1, by one replica at a time. */
export class OutcomesRelay {
  private readonly relay: LogRelay<LogRow>;

  constructor(databaseUrl: string, em: EntityManager, producer: RecordProducer, clock: Clock, logger: Logger) {
    const publisher = new OutcomesPublisher(em, producer);
    this.relay = new LogRelay<LogRow>({
      connectionString: databaseUrl,
      name: 'delivery.outcomes',
      table: 'delivery.delivery_log',
      positionsTable: 'delivery.relay_positions',
      columns: LOG_COLUMNS,
      publish: (rows) => publisher.publish(rows),
      clock,
      logger,
    });
  }

  start(): void {
    this.relay.start();
  }

  stop(): Promise<void> {
    return this.relay.stop();
  }

  /** Something was stored. */
  wake(): void {
    this.relay.wake();
  }

  async lagSeconds(): Promise<number> {
    return (await this.relay.lag()).seconds;
  }
}
