import type { CanonicalMessage, Clock } from '@signet/contracts';
import type { KafkaRecord, RecordBatch } from '@signet/kafka';
import { during, NO_TRACING, processSpan } from '@signet/service-kit';
import type { TenantLookup, Tracing } from '@signet/service-kit';
import type { CanonicalPublisher } from '../canonical-publisher.ts';
import { checkEvent } from '../event/event-rules.ts';
import { isRefusal } from '../event/refusal.ts';
import type { Refusal } from '../event/refusal.ts';
import { readKafkaEvent } from './kafka-event.ts';

export interface IntakeLimits {
  readonly retentionMs: number;
  readonly maxBytes: number;
}

/** Source topics → canonical topics. A producer with write access to a source topic may send for every tenant. */
export class SourceIntake {
  constructor(
    private readonly publisher: CanonicalPublisher,
    private readonly tenants: TenantLookup,
    private readonly tenantsReady: () => Promise<void>,
    private readonly clock: Clock,
    private readonly limits: IntakeLimits,
    private readonly tracing: Tracing = NO_TRACING,
  ) {}

  /** Resolves when every good message is on Kafka; the others are set aside. */
  async take(batch: RecordBatch): Promise<void> {
    // Before the tenants are known, every event would be refused for an unknown tenant.
    await this.tenantsReady();
    const startedAt = Date.now();
    const messages: CanonicalMessage[] = [];
    const now = this.clock().getTime();
    for (const record of batch.records) {
      const checked = this.check(record, now);
      if (isRefusal(checked)) batch.setAside(record, checked);
      else messages.push(checked);
    }
    if (messages.length > 0) await this.publish(batch, messages, startedAt);
  }

  private async publish(batch: RecordBatch, messages: readonly CanonicalMessage[], startedAt: number): Promise<void> {
    const parentOf = ({ traceparent }: CanonicalMessage): string | undefined => traceparent;
    const contexts = this.tracing.isOn ? messages.map(parentOf) : [];
    const span = processSpan(this.tracing, batch, contexts, batch.records.length, startedAt);
    await during(span, () => this.publisher.publish(messages, 'kafka', { span, parentOf }));
  }

  private check(record: KafkaRecord, now: number): CanonicalMessage | Refusal {
    const event = readKafkaEvent(record);
    if (isRefusal(event)) return event;
    return checkEvent(event, {
      now,
      receivedAt: record.timestamp,
      ...this.limits,
      defaultTenant: undefined,
      maySend: () => true,
      mayActFor: () => true,
      tenantExists: (tenantId) => this.tenants.byId(tenantId) !== undefined,
    });
  }
}
