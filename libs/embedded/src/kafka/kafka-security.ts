import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The settings of listeners with TLS; keys and certificates in PEM. */
export interface KafkaSecurity {
  readonly key: string;
  readonly cert: string;
  /**
   * Authorities of clients' certificates; with them a client that has another one, or none, is refused, and there is a listener more,
   * where the certificate is the user.
   */
  readonly clientCa?: string;
  /** Password by user name, of letters and digits: for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly users: Readonly<Record<string, string>>;
  /** Whether ACLs limit the rights of each user; clients of the listener without TLS may always do everything. */
  readonly authorizes?: boolean;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const LISTENER = 'listener.name.sasl_ssl';
const AUTHORIZER = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer';
const MODULES = 'org.apache.kafka.common.security';

/** Lines of server.properties, for the files of `writeSecurityFiles`. */
export function securityProperties(
  { users, clientCa, authorizes = false }: KafkaSecurity,
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
      'listener.name.ssl.ssl.client.auth': 'required',
    }),
    // The broker is its own controller, and both talk on the listeners without users.
    ...(authorizes && { 'authorizer.class.name': AUTHORIZER, 'super.users': 'User:ANONYMOUS' }),
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
