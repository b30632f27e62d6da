import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DELIVERY_REQUESTS } from '@signet/contracts';
import { OnRecords } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';
import { DispatchIntake } from './dispatch-intake.ts';
import { DISPATCH } from '../dispatch/dispatch.tokens.ts';

/** delivery.requests.v1 → dispatch. The batch's offsets may be committed once PostgreSQL knows of every delivery. */
@Controller()
export class DispatchConsumer {
  constructor(@Inject(DispatchIntake) private readonly intake: DispatchIntake) {}

  @OnRecords(DELIVERY_REQUESTS, DISPATCH)
  onBatch(@Payload() batch: RecordBatch): Promise<void> {
    return this.intake.take(batch);
  }
}
