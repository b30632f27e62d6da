import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DELIVERY_OUTCOMES } from '@signet/contracts';
import type { RecordBatch } from '@signet/kafka';
import { OnRecords, RetryableError } from '@signet/kafka';
import { isUnreadable, readOutcome } from './webhook.outcome-record.ts';
import type { WebhookOutcome } from './webhook.outcome-record.ts';
import { OutcomeRecorder } from './webhook.outcome-recorder.ts';
import { OUTCOMES } from './webhook.tokens.ts';

/** delivery.outcomes.v1 → failures in a row, alerts, disabling, and when webhooks last succeeded and failed. */
@Controller()
export class WebhookConsumer {
  constructor(@Inject(OutcomeRecorder) private readonly recorder: OutcomeRecorder) {}

  /** Offsets may be committed once this resolves. What is readable was checked before: the rest is the database's. */
  @OnRecords(DELIVERY_OUTCOMES, OUTCOMES)
  async onBatch(@Payload() batch: RecordBatch): Promise<void> {
    const outcomes: WebhookOutcome[] = [];
    for (const record of batch.records) {
      const read = readOutcome(record.value);
      if (isUnreadable(read)) batch.setAside(record, read);
      else outcomes.push(read);
    }
    try {
      await this.recorder.record(outcomes);
    } catch (error) {
      throw new RetryableError('outcomes_not_recorded', 'Outcomes could not be recorded.', { cause: error });
    }
  }
}
