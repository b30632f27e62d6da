import type { KafkaClientOptions, KafkaSecurity, Logger } from '@signet/kafka';
import type { KafkaSettings } from '../settings/shared-settings.ts';

/** The settings of Kafka; a test may have the brokers only. */
export type KafkaConnection = Pick<KafkaSettings, 'SIGNET_KAFKA_BROKERS'> & Partial<KafkaSettings>;

/** Every client of Kafka is made of this, so that each one has the settings' TLS and user. */
export const kafkaClient = (settings: KafkaConnection, clientId: string, logger?: Logger): KafkaClientOptions => ({
  brokers: settings.SIGNET_KAFKA_BROKERS,
  clientId,
  prefix: settings.SIGNET_PREFIX,
  security: securityOf(settings),
  ...(logger && { logger }),
});

function securityOf(settings: KafkaConnection): KafkaSecurity {
  const { SIGNET_KAFKA_CA: ca, SIGNET_KAFKA_CERT: cert, SIGNET_KAFKA_KEY: key } = settings;
  const { SIGNET_KAFKA_SASL_MECHANISM: mechanism } = settings;
  const { SIGNET_KAFKA_USERNAME: username = '', SIGNET_KAFKA_PASSWORD: password = '' } = settings;
  return {
    ...(settings.SIGNET_KAFKA_TLS === 'on' && { tls: { ca, cert, key } }),
    ...(mechanism && { sasl: { mechanism, username, password } }),
  };
}
