import type { KafkaClientOptions } from '@signet/kafka';
import { kafkaClient as clientOf } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { IngestionSettings } from './config.ts';

export const kafkaClient = (settings: IngestionSettings, logger: Logger): KafkaClientOptions =>
  clientOf(settings, 'ingestion', logger);
