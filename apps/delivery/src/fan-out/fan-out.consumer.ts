import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { pause } from '@signet/async';
import { CANONICAL_TOPICS, canonicalTimeLimits } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { OnRecords } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';
import { CLOCK, EventLoopLoad, SETTINGS, TRACING } from '@signet/service-kit';
import type { Tracing } from '@signet/service-kit';
import type { DeliverySettings } from '../config.ts';
import { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import { RequestsProducer } from '../producer.module.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { fanOut } from './fan-out.ts';
import { FAN_OUT } from './fan-out.tokens.ts';

/**
 * The rest of a tenant's fan-out after `STEP_REQUESTS`, while the process is busy, milliseconds. So one tenant's fan-out makes up to
 * 8,500 requests a second, more than a busy process sends, and leaves time to send them, and to the messages of others.
 */
const REST_MS = 30;

/** Time over which the process is judged busy, milliseconds: much less than a burst takes. */
const LOOK_MS = 50;

/** Canonical topics → delivery.requests.v1. */
@Controller()
export class FanOutConsumer {
  private readonly load = new EventLoopLoad(LOOK_MS);

  constructor(
    @Inject(WebhookDirectoryReader) private readonly reader: WebhookDirectoryReader,
    @Inject(RequestsProducer) private readonly producer: RequestsProducer,
    @Inject(DeliveryMetrics) private readonly metrics: DeliveryMetrics,
    @Inject(SETTINGS) private readonly settings: DeliverySettings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  @OnRecords(CANONICAL_TOPICS, FAN_OUT)
  async onBatch(@Payload() batch: RecordBatch): Promise<void> {
    // While the directory is still being read, routing would miss webhooks.
    await this.reader.whenComplete();
    const retentionMs = this.settings.SIGNET_RETENTION;
    const limits = canonicalTimeLimits({ now: this.clock().getTime(), retentionMs });
    const format = this.settings.SIGNET_WRITE_FORMATS['request-bundles'];
    const rest = async (): Promise<unknown> => this.load.isBusy() && pause(REST_MS, batch.signal);
    const requests = await fanOut(batch, this.reader.directory, this.producer, limits, this.tracing, format, rest);
    this.metrics.fannedOut(batch.records.length, requests);
  }
}
