import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DELIVERY_OUTCOMES } from '@signet/contracts';
import type { KafkaRecord, RecordBatch } from '@signet/kafka';
import { OnRecords, RetryableError } from '@signet/kafka';
import { isUnreadable, readOutcome } from './webhook.outcome-record.ts';
import type { WebhookOutcome } from './webhook.outcome-record.ts';
import { OutcomeRecorder } from './webhook.outcome-recorder.ts';
import type { RefusedOutcome } from './webhook.outcome-recorder.ts';
import { OUTCOMES } from './webhook.tokens.ts';

/** delivery.outcomes.v1 → failures in a row, alerts, disabling, and the times of the last success and failure. */
@Controller()
export class WebhookConsumer {
  constructor(@Inject(OutcomeRecorder) private readonly recorder: OutcomeRecorder) {}

  /** Offsets may be committed once this resolves. An outcome that cannot be read or stored is set aside alone. */
  @OnRecords(DELIVERY_OUTCOMES, OUTCOMES)
  async onBatch(@Payload() batch: RecordBatch): Promise<void> {
    const records = new Map<WebhookOutcome, KafkaRecord>();
    for (const record of batch.records) {
      const read = readOutcome(record.value);
      if (isUnreadable(read)) batch.setAside(record, read);
      else records.set(read, record);
    }
    for (const { outcome, error } of await this.recorded([...records.keys()])) {
      const record = records.get(outcome);
      const detail = error instanceof Error ? error.message : String(error);
      if (record) batch.setAside(record, { reason: 'not_storable', detail });
    }
  }

  /** Resolves to the outcomes that PostgreSQL refuses. */
  private async recorded(outcomes: readonly WebhookOutcome[]): Promise<readonly RefusedOutcome[]> {
    try {
      return await this.recorder.record(outcomes);
    } catch (error) {
      throw new RetryableError('outcomes_not_recorded', 'Outcomes could not be recorded.', { cause: error });
    }
  }
}
