import { DELIVERY_OUTCOMES } from '@signet/contracts';
import type { LogPosition } from '@signet/event-store';
import type { RecordProducer } from '@signet/kafka';
import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { outcomesOf } from './outcomes.ts';
import type { LoggedEvents } from './outcomes.ts';

/** A row of the log as the relay reads it; `day` is midnight in the process's time zone, as the driver makes it. */
export interface LogRow extends LogPosition {
  readonly delivery_id: string;
  readonly day: Date;
  readonly events: DeliveryEvent[];
}

export const LOG_COLUMNS = ['delivery_id', 'day', 'events'] as const;

type Identity = Omit<LoggedEvents, 'events' | 'deliveryId'>;

/** Turns rows of the log into outcomes on Kafka, keyed by webhook id. */
export class OutcomesPublisher {
  constructor(
    private readonly database: Database,
    private readonly producer: RecordProducer,
  ) {}

  /** @param throwIfLost throws if another replica may be publishing by now */
  async publish(rows: readonly LogRow[], throwIfLost: () => void): Promise<void> {
    const identities = await this.identitiesOf(rows.filter(({ events }) => !identityIn(events)));
    const records = rows.flatMap(({ delivery_id, events }) => {
      const identity = identityIn(events) ?? identities.get(delivery_id);
      // The delivery was deleted meanwhile: its outcomes are not published.
      if (!identity) return [];
      return outcomesOf({ deliveryId: delivery_id, ...identity, events }).map((outcome) => ({
        key: outcome.webhookId,
        value: JSON.stringify(outcome),
      }));
    });
    if (records.length === 0) return;
    throwIfLost();
    await this.producer.publishAll(DELIVERY_OUTCOMES, records);
  }

  /** Only a delivery's first row in the log names its webhook and tenant; for later rows the projection is read. */
  private async identitiesOf(rows: readonly LogRow[]): Promise<Map<string, Identity>> {
    if (rows.length === 0) return new Map();
    const result = await sql<{
      id: string;
      webhook_id: string;
      tenant_id: string;
      event_id: string;
      message_id: string | null;
      source: string | null;
      subject: string | null;
      event_type: string;
      kind: Identity['kind'];
    }>`
      select id, webhook_id, tenant_id, event_id, message_id, source, subject, event_type, kind from deliveries
      where id = any(${rows.map((row) => row.delivery_id)}::uuid[])
        and day = any(${[...new Set(rows.map(({ day }) => isoDay(day)))]}::date[])`.execute(this.database.query);
    return new Map(
      result.rows.map((row) => [
        row.id,
        {
          webhookId: row.webhook_id,
          tenantId: row.tenant_id,
          eventId: row.event_id,
          messageId: row.message_id,
          source: row.source,
          subject: row.subject,
          eventType: row.event_type,
          kind: row.kind,
        },
      ]),
    );
  }
}

function identityIn([first]: readonly DeliveryEvent[]): Identity | undefined {
  if (first?.type !== 'DeliveryRequested') return undefined;
  const { webhookId, tenantId, eventId, messageId, source, subject = null, eventType, kind } = first.data;
  return { webhookId, tenantId, eventId, messageId, source, subject, eventType, kind };
}

/** Not with `Date.UTC`: it reads the years 0 to 99 as 1900 to 1999, and the outcome would be skipped. */
function isoDay(midnight: Date): string {
  const day = new Date(0);
  day.setUTCFullYear(midnight.getFullYear(), midnight.getMonth(), midnight.getDate());
  return day.toISOString().slice(0, 10);
}
