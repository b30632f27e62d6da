import type { KafkaClientOptions } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import type { IngestionSettings } from './config.ts';

export const kafkaClient = (settings: IngestionSettings, logger: Logger): KafkaClientOptions => ({
  brokers: settings.SIGNET_KAFKA_BROKERS,
  clientId: 'ingestion',
  logger,
});
