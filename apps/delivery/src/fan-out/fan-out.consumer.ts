import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CANONICAL_TOPICS, canonicalTimeLimits } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { OnRecords } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';
import { CLOCK, SETTINGS, TRACING } from '@signet/service-kit';
import type { Tracing } from '@signet/service-kit';
import type { DeliverySettings } from '../config.ts';
import { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import { RequestsProducer } from '../producer.module.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { fanOut } from './fan-out.ts';
import { FAN_OUT } from './fan-out.tokens.ts';

/** Canonical topics → delivery.requests.v1. */
@Controller()
export class FanOutConsumer {
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
    const requests = await fanOut(batch, this.reader.directory, this.producer, limits, this.tracing, format);
    this.metrics.fannedOut(batch.records.length, requests);
  }
}
