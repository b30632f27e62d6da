import type { KafkaClientOptions } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from './config.ts';

export const kafkaClient = (settings: DeliverySettings, logger: Logger): KafkaClientOptions => ({
  brokers: settings.SIGNET_KAFKA_BROKERS,
  clientId: 'delivery',
  logger,
});
