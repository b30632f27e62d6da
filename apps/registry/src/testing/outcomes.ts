import type { DeliveryOutcome } from '@signet/contracts';
import { DELIVERY_OUTCOMES, newId } from '@signet/contracts';
import type { RecordProducer } from '@signet/kafka';

type More = Partial<DeliveryOutcome> & { readonly startingIn?: number };

/** Acts as delivery for one webhook: attempts one after the other, each a tenth of a second long. */
export class Outcomes {
  /** Failures sent so far. */
  failed = 0;
  lastEndedAt = '';
  #now = Date.now();

  constructor(
    private readonly producer: RecordProducer,
    private readonly webhook: { readonly id: string; readonly tenantId: string },
  ) {}

  async fail(more: More = {}): Promise<DeliveryOutcome> {
    this.failed += 1;
    return this.#tell({ outcome: 'failed', statusCode: 500, errorClass: 'http_status', fault: 'receiver', ...more });
  }

  async succeed(more: More = {}): Promise<DeliveryOutcome> {
    return this.#tell({ outcome: 'succeeded', statusCode: 200, errorClass: null, fault: 'none', ...more });
  }

  async repeat(outcome: DeliveryOutcome): Promise<void> {
    await this.publish(JSON.stringify(outcome));
  }

  async publish(value: string): Promise<void> {
    await this.producer.publish(DELIVERY_OUTCOMES, { key: this.webhook.id, value });
  }

  async #tell({ startingIn = 0, ...more }: More): Promise<DeliveryOutcome> {
    const startedAt = new Date((this.#now += 100 + startingIn)).toISOString();
    const endedAt = new Date((this.#now += 100)).toISOString();
    const outcome: DeliveryOutcome = {
      deliveryId: newId(),
      webhookId: this.webhook.id,
      tenantId: this.webhook.tenantId,
      eventId: newId(),
      eventType: 'sale.created',
      kind: 'message',
      attempt: 1,
      outcome: 'succeeded',
      deliveryStatus: more.outcome === 'failed' ? 'RETRYING' : 'SUCCESS',
      startedAt,
      endedAt,
      statusCode: 200,
      errorClass: null,
      fault: 'none',
      nextAttemptAt: null,
      ...more,
    };
    if (outcome.kind !== 'test') this.lastEndedAt = endedAt;
    await this.publish(JSON.stringify(outcome));
    return outcome;
  }
}
