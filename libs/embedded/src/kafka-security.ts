import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a listener with TLS and users, PEM. */
export interface KafkaSecurity {
  readonly key: string;
  readonly cert: string;
  /** Authorities of clients' certificates; with them a client that has another one, or none, is refused. */
  readonly clientCa?: string;
  /** Password by user name, of letters and digits: for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly users: Readonly<Record<string, string>>;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const LISTENER = 'listener.name.sasl_ssl';
const MODULES = 'org.apache.kafka.common.security';

/** Lines of server.properties, for the files of `writeSecurityFiles`. */
export function securityProperties(
  { users, clientCa }: KafkaSecurity,
  folder: string,
): Record<string, string | boolean> {
  const passwords = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const scram = `${MODULES}.scram.ScramLoginModule required;`;
  return {
    'sasl.enabled.mechanisms': MECHANISMS.join(','),
    [`${LISTENER}.plain.sasl.jaas.config`]: `${MODULES}.plain.PlainLoginModule required ${passwords.join(' ')};`,
    [`${LISTENER}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${LISTENER}.scram-sha-512.sasl.jaas.config`]: scram,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'identity.pem'),
    ...(clientCa !== undefined && {
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': join(folder, 'clients.pem'),
      // Kafka leaves it out for SASL_SSL unless the listener itself says so.
      [`${LISTENER}.ssl.client.auth`]: 'required',
    }),
  };
}

export function writeSecurityFiles({ key, cert, clientCa }: KafkaSecurity, folder: string): void {
  writeFileSync(join(folder, 'identity.pem'), `${key}${cert}`, { mode: 0o600 });
  if (clientCa !== undefined) writeFileSync(join(folder, 'clients.pem'), clientCa);
}

/** SCRAM's users are in the cluster's own data, from its format on. */
export const scramArguments = ({ users }: KafkaSecurity): string[] =>
  Object.entries(users).flatMap(([name, password]) =>
    MECHANISMS.filter((mechanism) => mechanism !== 'PLAIN').flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
