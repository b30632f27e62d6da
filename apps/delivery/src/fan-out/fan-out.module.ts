import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { ProducerModule } from '../producer.module.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { FanOutConsumer } from './fan-out.consumer.ts';

@Module({ imports: [WebhookDirectoryModule, ProducerModule, MetricsModule], controllers: [FanOutConsumer] })
export class FanOutModule {}
