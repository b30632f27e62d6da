import { pause } from '@signet/async';
import { DELIVERY_REQUESTS, requestRecord } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import type { DeadLetters, KafkaRecord } from '@signet/kafka';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';

/** Between two tries while Kafka is away, milliseconds. */
const AGAIN_MS = 1_000;

/**
 * Deliveries that PostgreSQL refused to record. Most are found before they are sent (`storable.policy.ts`). One that is not
 * found may have been sent, and must not be lost: its request goes to the dead-letter topic, from where it can be put back
 * once the cause is removed.
 */
export class RefusedDeliveries {
  constructor(
    private readonly deadLetters: Pick<DeadLetters, 'publish'>,
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
    private readonly stopping: AbortSignal,
  ) {}

  /** Resolves to true when Kafka has the dead letter, and to false if the service stops before that. */
  async setAside(task: DeliveryTask, error: unknown): Promise<boolean> {
    const cause = error instanceof Error ? error.message : String(error);
    const made = task.nextAttempt - 1;
    const attempts = made === 1 ? '1 attempt was made' : `${made} attempts were made`;
    const why = {
      reason: 'not_storable',
      detail: `PostgreSQL refused to record delivery ${task.id}, of which ${attempts}: ${cause}`,
    };
    for (;;) {
      try {
        await this.deadLetters.publish([{ record: this.recordOf(task), why }]);
        return true;
      } catch (publishError) {
        this.onError(publishError);
        if (!(await pause(AGAIN_MS, this.stopping))) return false;
      }
    }
  }

  /** The request as a record by itself. It may have come in a bundle, but its place there is no longer known. */
  private recordOf({ requested, webhookId, body, claim, order }: DeliveryTask): KafkaRecord {
    const place = { topic: DELIVERY_REQUESTS, partition: claim.partition, offset: String(order?.offset ?? -1) };
    const at = { ...place, timestamp: this.clock().getTime() };
    if (!requested) return { ...at, key: Buffer.from(webhookId), value: body, headers: {} };
    const { key, value, headers } = requestRecord({ request: requested, body });
    return { ...at, key: Buffer.from(key), value, headers: asBuffers(headers) };
  }
}

const asBuffers = (headers: Readonly<Record<string, string>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
