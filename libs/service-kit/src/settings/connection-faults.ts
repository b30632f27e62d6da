import { createPrivateKey, X509Certificate } from 'node:crypto';
import { TOPICS } from '@signet/contracts';
import { KafkaNames } from '@signet/kafka';

/** Values by the names of their settings; each value alone is valid. */
type Values = Readonly<Record<string, unknown>>;

/** Contradictions between the settings of Kafka. */
export function kafkaFaults(values: Values): readonly string[] {
  const faults = certificateFaults(values, 'SIGNET_KAFKA');
  if (values['SIGNET_KAFKA_TLS'] === 'off') {
    for (const name of given(values, ['SIGNET_KAFKA_CA', 'SIGNET_KAFKA_CERT', 'SIGNET_KAFKA_KEY']))
      faults.push(`${name} is set, but SIGNET_KAFKA_TLS is off; set it to on.`);
  }
  const [user, mechanism] = [['SIGNET_KAFKA_USERNAME', 'SIGNET_KAFKA_PASSWORD'], 'SIGNET_KAFKA_SASL_MECHANISM'];
  if (values[mechanism] === undefined) {
    for (const name of given(values, user)) faults.push(`${name} is set, but ${mechanism} is not.`);
  } else {
    for (const name of user)
      if (values[name] === undefined) faults.push(`${name} is not set, but ${mechanism} is, which needs it.`);
  }
  return faults;
}

/**
 * Source topics must not be Signet's own topics: it would read the records that it writes there or, with a prefix, look for them
 * under another name.
 */
export function sourceFaults(values: Values): readonly string[] {
  const { topic } = new KafkaNames(String(values['SIGNET_PREFIX'] ?? ''));
  const own = new Set(TOPICS.flatMap(({ name }) => [name, topic(name)]));
  const sources = (values['SIGNET_SOURCE_TOPICS'] ?? []) as readonly string[];
  return sources
    .filter((source) => own.has(source))
    .map((source) => `SIGNET_SOURCE_TOPICS must name topics of producers, but ${source} is Signet's own.`);
}

/** Contradictions between the settings of PostgreSQL. */
export function databaseFaults(values: Values): readonly string[] {
  const faults = certificateFaults(values, 'SIGNET_DATABASE');
  const sslmode = new URL(String(values['SIGNET_DATABASE_URL'])).searchParams.get('sslmode') ?? 'disable';
  if (sslmode === 'disable') {
    for (const name of given(values, ['SIGNET_DATABASE_CA', 'SIGNET_DATABASE_CERT', 'SIGNET_DATABASE_KEY']))
      faults.push(`${name} is set, but sslmode of SIGNET_DATABASE_URL is disable; set it to verify-full.`);
  }
  // Anyone can get a certificate from a public authority: without a check of the name, its signature proves nothing.
  if (sslmode === 'verify-ca' && values['SIGNET_DATABASE_CA'] === undefined)
    faults.push('SIGNET_DATABASE_CA is not set, but sslmode of SIGNET_DATABASE_URL is verify-ca, which needs it.');
  return faults;
}

const given = (values: Values, names: readonly string[]): readonly string[] =>
  names.filter((name) => values[name] !== undefined);

function certificateFaults(values: Values, prefix: string): string[] {
  const [cert, key] = [values[`${prefix}_CERT`], values[`${prefix}_KEY`]];
  if (cert === undefined && key === undefined) return [];
  if (cert === undefined) return [`${prefix}_KEY is set, but ${prefix}_CERT is not.`];
  if (key === undefined) return [`${prefix}_CERT is set, but ${prefix}_KEY is not.`];
  const belongs = new X509Certificate(String(cert)).checkPrivateKey(createPrivateKey(String(key)));
  return belongs ? [] : [`${prefix}_KEY is not the key of the first certificate of ${prefix}_CERT.`];
}
