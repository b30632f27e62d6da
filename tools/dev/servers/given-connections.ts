import type { KafkaClientOptions } from '@signet/kafka';
import { databaseAddress, kafkaClient, loadSettings, sharedSettings } from '@signet/service-kit';
import type { DatabaseAddress } from '@signet/service-kit';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A client of the Kafka of `npm start`. TLS and the user are those of the environment where it names the Kafka too; the one
 * that we run ourselves has neither. The prefix is the environment's in both cases.
 *
 * @throws SettingsError with the sentence that a service would say
 */
export function kafkaClientAt(brokers: string, clientId: string, env: Environment = process.env): KafkaClientOptions {
  const given = env['SIGNET_KAFKA_BROKERS']?.trim() ? env : { SIGNET_PREFIX: env['SIGNET_PREFIX'] };
  return kafkaClient(loadSettings(sharedSettings.kafka, { ...given, SIGNET_KAFKA_BROKERS: brokers }), clientId);
}

/** The same for the PostgreSQL of `npm start`. @throws SettingsError */
export function databaseAt(url: string, env: Environment = process.env): DatabaseAddress {
  const isGiven = env['SIGNET_DATABASE_URL']?.trim() || env['SIGNET_DATABASE_URL_FILE']?.trim();
  const settings = { ...(isGiven && env), SIGNET_DATABASE_URL: url, SIGNET_DATABASE_URL_FILE: undefined };
  return databaseAddress(loadSettings(sharedSettings.database, settings));
}
