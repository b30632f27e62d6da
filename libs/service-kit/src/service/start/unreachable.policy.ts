/** PostgreSQL's codes for a connection that it refuses until the setting is changed. */
const REFUSED_FOR_GOOD: ReadonlySet<string> = new Set([
  '28000', // a user or an address that it does not let in
  '28P01', // a wrong password
  '3D000', // a database that does not exist
]);

/** OpenSSL's codes for a certificate that no authority of ours has signed. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/**
 * OpenSSL's codes for alerts with which a server refuses the client's certificate, or a client without one, such as
 * `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`. Alerts for other reasons are not among them.
 */
const OUR_CERTIFICATE_REFUSED =
  /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|.*CERTIFICATE_(UNKNOWN|REQUIRED|EXPIRED|REVOKED)|UNKNOWN_CA)$/;
/** PgBouncer's error about a start-up parameter that it does not pass on. */
const NO_SUCH_PARAMETER = { code: '08P01', message: /unsupported startup parameter/ };
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
/** kafkajs' error for a wrong password, or for a mechanism that the broker does not have; kafkajs does not try again after it. */
const KAFKA_USER_REFUSED = 'KafkaJSSASLAuthenticationError';

/** For the setting with a server's address: the settings that must be changed after a refusal of each kind. */
const BLAMED: Readonly<Record<string, { authority: string; user: string; certificate: string }>> = {
  SIGNET_KAFKA_BROKERS: {
    authority: 'SIGNET_KAFKA_CA',
    user: 'SIGNET_KAFKA_SASL_MECHANISM, SIGNET_KAFKA_USERNAME and SIGNET_KAFKA_PASSWORD',
    certificate: 'SIGNET_KAFKA_CERT',
  },
  SIGNET_DATABASE_URL: {
    authority: 'SIGNET_DATABASE_CA',
    user: 'SIGNET_DATABASE_URL',
    certificate: 'SIGNET_DATABASE_CERT',
  },
};

/** Kafka's error types when an authorizer refuses us. An operator may add the ACL at any time, so a start waits for it. */
const UNAUTHORIZED = /^(.+)_AUTHORIZATION_FAILED$/;

type Refusal = 'pooler' | 'setting' | 'user' | 'authority' | 'name' | 'certificate';

/**
 * Whether the service should stop waiting for a server at its start: the server answers, but refuses a setting of ours (its password, for
 * instance), or we refuse its certificate. If several
 * servers were asked, all of them must refuse: otherwise one of them may still accept us later.
 */
export const isRefusedForGood = (error: unknown): boolean => refusalOf(error) !== undefined;

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof AggregateError) {
    const refusals = error.errors.map(refusalOf);
    return refusals.includes(undefined) ? undefined : refusals[0];
  }
  const { code, name, cause } = (error ?? {}) as { code?: unknown; name?: unknown; cause?: unknown };
  if (code === NO_SUCH_PARAMETER.code && NO_SUCH_PARAMETER.message.test(reasonOf(error))) return 'pooler';
  if (REFUSED_FOR_GOOD.has(String(code))) return 'setting';
  if (UNKNOWN_AUTHORITY.has(String(code))) return 'authority';
  if (code === OTHER_NAME) return 'name';
  if (OUR_CERTIFICATE_REFUSED.test(String(code))) return 'certificate';
  if (name === KAFKA_USER_REFUSED) return 'user';
  return cause === undefined ? undefined : refusalOf(cause);
}

/** The errors inside an error: node:net and Promise.any make an AggregateError, and kafkajs has an error class of its own for this. */
function partsOf(error: unknown): readonly unknown[] {
  const { errors } = (error ?? {}) as { errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}

/** The kind of resource that Kafka's authorizer does not let us use, such as `TOPIC` or `GROUP`; undefined: the error has another cause. */
export function notAllowedOn(error: unknown): string | undefined {
  const { type, cause } = (error ?? {}) as { type?: unknown; cause?: unknown };
  const [, on] = UNAUTHORIZED.exec(String(type)) ?? [];
  return on ?? [...partsOf(error), ...(cause === undefined ? [] : [cause])].map(notAllowedOn).find(Boolean);
}

/**
 * Whether kafkajs found no coordinator for a consumer group. Its error does not have the brokers' answer. If the brokers answered other
 * questions a moment ago, the most likely cause is that our user may not use the group.
 */
export function hasNoCoordinator(error: unknown): boolean {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  return name === 'KafkaJSGroupCoordinatorNotFound' || (cause !== undefined && hasNoCoordinator(cause));
}

/** The reason of an error, in words; if an error wraps others, their reasons. */
export function reasonOf(error: unknown): string {
  // Neither kind has a useful message of its own, and many topics may fail alike.
  const parts = partsOf(error);
  if (parts.length > 0) return [...new Set(parts.map(reasonOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  // kafkajs' message only says how often it has tried; the reason is in the cause.
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' && error.cause instanceof Error) return reasonOf(error.cause);
  return error.message.trim().replace(/\.$/, '');
}

/** The sentence about a server that refuses the setting. `what` is the server's name, such as `PostgreSQL`. */
export function refusedSentence(what: string, setting: string, error: unknown): string {
  const { authority, user, certificate } = BLAMED[setting] ?? {
    authority: setting,
    user: setting,
    certificate: setting,
  };
  const reason = reasonOf(error);
  switch (refusalOf(error)) {
    case 'pooler':
      return poolerSentence(reason);
    case 'authority':
      return `The certificate of ${what} is not signed by an authority of ${authority}: ${reason}.`;
    case 'certificate':
      return `${what} refuses the certificate of ${certificate}: ${reason}.`;
    case 'name':
      return `The certificate of ${what} is for another host than ${setting} names: ${reason}.`;
    case 'user':
      return `${what} refuses what ${user} say: ${reason}.`;
    case 'setting':
    case undefined:
      return `${what} refuses what ${setting} says: ${reason}.`;
  }
}

/** The sentence about a pooler between us and PostgreSQL. */
export const poolerSentence = (reason: string): string =>
  `SIGNET_DATABASE_URL leads to a pooler that shares sessions, such as PgBouncer: ${reason}. Signet keeps locks and settings in its sessions; give it the address of PostgreSQL itself.`;

/** The sentence about a server that was not reached in time, or that did not allow what we need. */
export function unreachableSentence(what: string, setting: string, waitedMs: number, error: unknown): string {
  const [waited, reason] = [`within ${Math.round(waitedMs / 100) / 10} s`, reasonOf(error)];
  return notAllowedOn(error) !== undefined
    ? `${what} did not allow ${waited} what Signet needs: ${reason}. Check the ACLs of its user (docs/guides/connecting.md).`
    : `${what} could not be reached ${waited}: ${reason}. Check ${setting}.`;
}
