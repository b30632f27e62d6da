import type { KafkaClientOptions } from '@signet/kafka';
import { kafkaClient as clientOf } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { DeliverySettings } from './config.ts';

export const kafkaClient = (settings: DeliverySettings, logger: Logger): KafkaClientOptions =>
  clientOf(settings, 'delivery', logger);
