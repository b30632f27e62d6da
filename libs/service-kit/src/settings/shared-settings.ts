import { INSTALLATION_NAME } from '@signet/contracts';
import { LONGEST_PREFIX, SASL_MECHANISMS } from '@signet/kafka';
import { DEFAULT_MIGRATE_WAIT_MS } from '../database/schema/migrate-wait.ts';
import { DEFAULT_LIMITS } from '../database/sessions/session-limits.ts';
import { databaseFaults, kafkaFaults, sourceFaults } from './connection-faults.ts';
import { SAMPLERS } from '../tracing/samplers.ts';
import { formatDuration } from './duration.ts';
import { setting, optionalSetting } from './setting.ts';
import type { SettingsOf } from './setting.ts';
import {
  certificates,
  cidrs,
  databaseUrl,
  duration,
  hostAndPort,
  httpUrl,
  integer,
  keyValues,
  list,
  oneOf,
  port,
  printable,
  privateKey,
  sealingKeys,
  share,
  text,
  topicName,
} from './values.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const DAY_MS = 86_400_000;

/** Settings that every service has; the default ports differ. */
const service = (defaults: { port: number; managementPort: number }) => ({
  SIGNET_HOST: setting(
    text(
      (raw) => (/^[A-Za-z0-9.:_%-]{1,255}$/.test(raw) ? raw : undefined),
      'must be an IP address or a host name to listen on',
    ),
    'Address that the service listens on.',
    { default: '0.0.0.0' },
  ),
  SIGNET_HTTP_PORT: setting(port(), 'Port of the public API.', { default: String(defaults.port) }),
  SIGNET_MANAGEMENT_PORT: setting(port(), 'Port of /livez, /readyz and /metrics; never public.', {
    default: String(defaults.managementPort),
  }),
  SIGNET_LOG_LEVEL: setting(oneOf(LOG_LEVELS), 'Least severe log line that is written; requests are logged at debug.', {
    default: 'info',
  }),
  SIGNET_SHUTDOWN_DEADLINE: setting(duration(), 'How long a stop may take to finish what is in flight.', {
    default: '25s',
  }),
});

/** How a service stops without losing requests. */
const drain = {
  SIGNET_DRAIN_PAUSE: setting(
    duration({ min: 0 }),
    'How long a service that is told to stop goes on as before, but not ready: those who send it requests must hear of it first, as Kubernetes and load balancers do within a few seconds. Part of SIGNET_SHUTDOWN_DEADLINE.',
    { default: '5s' },
  ),
};

/** Limits for callers. Each replica counts for itself; the default rate differs between services. */
const limits = (defaults: { rateLimit: number }) => ({
  SIGNET_RATE_LIMIT: setting(
    integer(0, 1_000_000),
    'Requests a second that one API key may make of one replica, ten seconds of it at once; 0: no limit.',
    { default: String(defaults.rateLimit) },
  ),
  SIGNET_WRONG_KEY_LIMIT: setting(
    integer(0, 1_000_000),
    'Wrong API keys a minute from one address before it gets 429 for each further one; 0: no limit.',
    { default: '60' },
  ),
  SIGNET_TRUSTED_PROXIES: setting(
    cidrs(),
    'CIDRs between commas of the proxies whose X-Forwarded-For says which address asks.',
    { default: '', emptyIsValue: true },
  ),
});

/**
 * The settings that more than one service has, in groups. Spread the groups that a service needs into its `defineSettings`:
 * so each setting has its explanation and default in one place.
 */
export const sharedSettings = {
  service,
  drain,
  limits,
  tracing: {
    OTEL_EXPORTER_OTLP_ENDPOINT: optionalSetting(
      httpUrl(),
      'Base URL of an OpenTelemetry collector that takes OTLP over HTTP, such as http://collector:4318; unset, nothing is traced.',
    ),
    OTEL_EXPORTER_OTLP_HEADERS: optionalSetting(
      keyValues(),
      'Headers of each export, as key=value between commas, such as api-key=secret.',
      { secret: true },
    ),
    OTEL_TRACES_SAMPLER: setting(
      oneOf(SAMPLERS),
      `Which traces are exported: ${SAMPLERS.join(', ')}. With parentbased_* the sampled flag of the producer decides, where it sends a traceparent.`,
      { default: 'parentbased_always_on' },
    ),
    OTEL_TRACES_SAMPLER_ARG: setting(share(), 'Share of the traces that *traceidratio exports, 0 to 1.', {
      default: '1',
    }),
    OTEL_SERVICE_NAME: optionalSetting(
      text(
        (raw) => (/^[\x21-\x7e]{1,255}$/.test(raw) ? raw : undefined),
        'must be 1 to 255 printable ASCII characters',
      ),
      'Name of the service in traces; unset, signet-registry, signet-ingestion and signet-delivery.',
    ),
    OTEL_RESOURCE_ATTRIBUTES: optionalSetting(
      keyValues(),
      'Further attributes of the process in traces, as key=value between commas, such as deployment.environment.name=production.',
    ),
  },
  startup: {
    SIGNET_STARTUP_WAIT: setting(
      duration(),
      'How long a start waits for PostgreSQL and Kafka before it ends with exit code 69; the registry starts without Kafka, after 5 s at most. A password, certificate or database that is refused ends it at once, with 78.',
      { default: '1m' },
    ),
  },
  installation: {
    SIGNET_INSTALLATION: setting(
      text(
        (raw) => (INSTALLATION_NAME.test(raw) ? raw : undefined),
        'must be 1 to 64 letters, digits, dots, underscores or hyphens',
      ),
      'Name of this Signet, the same for all its services and for ever, such as shop-production. PostgreSQL and Kafka keep it from the first start on, and services with another one refuse to use them.',
    ),
  },
  kafka: {
    SIGNET_KAFKA_BROKERS: setting(list(hostAndPort()), 'Kafka brokers as host:port between commas.'),
    SIGNET_KAFKA_TLS: setting(
      oneOf(['off', 'on']),
      'Whether connections to Kafka are encrypted, and brokers verified.',
      {
        default: 'off',
        check: kafkaFaults,
      },
    ),
    SIGNET_KAFKA_CA: optionalSetting(
      certificates(),
      "Authorities that sign the brokers' certificates, PEM; unset, those that Node.js trusts.",
      { secret: true },
    ),
    SIGNET_KAFKA_CERT: optionalSetting(certificates(), "Signet's certificate for Kafka, PEM.", { secret: true }),
    SIGNET_KAFKA_KEY: optionalSetting(privateKey(), 'Key of SIGNET_KAFKA_CERT, PEM without a passphrase.', {
      secret: true,
    }),
    SIGNET_KAFKA_SASL_MECHANISM: optionalSetting(
      oneOf(SASL_MECHANISMS),
      `How the user shows who it is: ${SASL_MECHANISMS.join(', ')}; unset, there is no user.`,
    ),
    SIGNET_KAFKA_USERNAME: optionalSetting(printable(), 'User name for Kafka.'),
    SIGNET_KAFKA_PASSWORD: optionalSetting(printable(), 'Password for Kafka.', { secret: true }),
    SIGNET_PREFIX: setting(
      text(
        (raw) => (/^[A-Za-z0-9._-]*$/.test(raw) && raw.length <= LONGEST_PREFIX ? raw : undefined),
        `must be at most ${LONGEST_PREFIX} letters, digits, dots, underscores or hyphens`,
      ),
      "Goes before the names of Signet's own topics, consumer groups and clients on Kafka, as in acme. for acme.delivery.requests.v1; source topics keep their names. The same for all services of an installation, and for ever: what lies on topics of another prefix is not read.",
      { default: '', emptyIsValue: true },
    ),
  },
  database: {
    SIGNET_DATABASE_URL: setting(
      databaseUrl(),
      'PostgreSQL 15 or newer, as postgres://user:password@host:5432/database?sslmode=verify-full. sslmode is disable (also when there is none), require, verify-ca or verify-full.',
      { secret: true, check: databaseFaults },
    ),
    SIGNET_DATABASE_CA: optionalSetting(
      certificates(),
      "Authorities that sign PostgreSQL's certificate, PEM; unset, those that Node.js trusts.",
      { secret: true },
    ),
    SIGNET_DATABASE_CERT: optionalSetting(certificates(), "Signet's certificate for PostgreSQL, PEM.", {
      secret: true,
    }),
    SIGNET_DATABASE_KEY: optionalSetting(privateKey(), 'Key of SIGNET_DATABASE_CERT, PEM without a passphrase.', {
      secret: true,
    }),
    SIGNET_DATABASE_POOL: setting(integer(1, 500), 'Connections to PostgreSQL that the service may hold.', {
      default: '10',
    }),
    SIGNET_DATABASE_STATEMENT_TIMEOUT: setting(
      duration({ min: 1_000, max: DAY_MS }),
      'PostgreSQL ends a statement that takes longer (statement_timeout). Five seconds later the service gives the connection up, if it has heard nothing until then.',
      { default: formatDuration(DEFAULT_LIMITS.statementMs) },
    ),
    SIGNET_DATABASE_LONG_STATEMENT_TIMEOUT: setting(
      // Timers of Node.js, and PostgreSQL, have 31 bits for milliseconds.
      duration({ min: 1_000, max: 20 * DAY_MS }),
      'The same for jobs that nobody waits for: migrations, retention, and the commands that rebuild, reseal and republish.',
      { default: formatDuration(DEFAULT_LIMITS.longStatementMs) },
    ),
    SIGNET_DATABASE_LOCK_TIMEOUT: setting(
      duration({ min: 100, max: DAY_MS }),
      'PostgreSQL ends a statement that waits longer for a lock (lock_timeout). A long job waits until statements and transactions of others have met their limits.',
      { default: formatDuration(DEFAULT_LIMITS.lockMs) },
    ),
    SIGNET_DATABASE_IDLE_TRANSACTION_TIMEOUT: setting(
      duration({ min: 1_000, max: DAY_MS }),
      'PostgreSQL ends a session that asks for nothing for so long within a transaction (idle_in_transaction_session_timeout): it holds locks, and the relays of all replicas back.',
      { default: formatDuration(DEFAULT_LIMITS.idleInTransactionMs) },
    ),
    SIGNET_DATABASE_DEAD_AFTER: setting(
      duration({ min: 3_000, max: 300_000 }),
      'A connection whose other end has not answered for so long is given up: by PostgreSQL with the locks that it holds (tcp_user_timeout, and keepalives in thirds of it), by the service with keepalives. PostgreSQL also ends the session of a relay that says nothing for so long, and another replica publishes (idle_session_timeout).',
      { default: formatDuration(DEFAULT_LIMITS.deadAfterMs) },
    ),
    SIGNET_MIGRATE: setting(
      oneOf(['at-start', 'never']),
      'Whether a start brings the tables up to date by itself. With never, `signet-admin migrate` must have done so: a start on tables that are too old ends with exit code 69.',
      { default: 'at-start' },
    ),
    SIGNET_MIGRATE_WAIT: setting(
      duration({ min: 1_000, max: DAY_MS }),
      'How long a migration tries to get the locks that it needs, a second at a time. Then it ends with exit code 69, names who holds them, and has changed nothing.',
      { default: formatDuration(DEFAULT_MIGRATE_WAIT_MS) },
    ),
  },
  sealing: {
    SIGNET_SEALING_KEYS: setting(
      sealingKeys(),
      'Keys that seal secrets, as id:base64 of 32 bytes between commas: the first one seals, all of them open.',
      { secret: true },
    ),
  },
  apiKeys: {
    SIGNET_API_KEYS_MAX_AGE: setting(
      duration({ min: 60_000 }),
      'How long API keys are accepted without a heartbeat from the registry, which says which keys were revoked. After that every request gets 503 until the registry is back.',
      { default: '24h' },
    ),
  },
  operatorKey: {
    SIGNET_OPERATOR_KEY: optionalSetting(
      text((raw) => (/^[\x21-\x7e]{16,256}$/.test(raw) ? raw : undefined), 'must be 16 to 256 printable characters'),
      'The first operator key; it is made known at the first start.',
      { secret: true },
    ),
  },
  egress: {
    SIGNET_EGRESS_ALLOW: setting(
      cidrs(),
      'CIDRs between commas that the egress guard lets through although they are not public; set to nothing, none are.',
      { default: '', emptyIsValue: true },
    ),
  },
  retries: {
    SIGNET_RETRY_SCHEDULE: setting(
      list(duration()),
      'Backoff after attempt 1, 2, …; the circuit probes on it too. The last one repeats.',
      { default: '1m,5m,15m,1h,4h' },
    ),
    SIGNET_RETRY_JITTER: setting(share(), 'Up to this share of a backoff is added to it at random.', {
      default: '0.1',
    }),
    SIGNET_MAX_ATTEMPTS: setting(integer(1, 100), 'Attempts for each delivery; a webhook may set its own.', {
      default: '5',
    }),
    SIGNET_REQUEST_TIMEOUT: setting(duration(), 'Time for connecting, headers and body of an attempt together.', {
      default: '15s',
    }),
  },
  failures: {
    SIGNET_DISABLE_AFTER_FAILURES: setting(
      integer(1, 1_000_000),
      'A webhook is disabled at this many failures in a row.',
      { default: '10' },
    ),
    SIGNET_ALERT_ON_FAILURES: setting(
      list(integer(1, 1_000_000), { min: 0 }),
      'Failures in a row at which an alert is recorded, and at no other.',
      { default: '3,5,10', emptyIsValue: true },
    ),
  },
  retention: {
    SIGNET_RETENTION: setting(
      duration({ min: DAY_MS }),
      'Deliveries older than this go, a day at a time; at least 1d.',
      { default: '90d' },
    ),
  },
  sources: {
    SIGNET_SOURCE_TOPICS: setting(list(topicName()), 'Topics that ingestion reads CloudEvents from.', {
      default: 'shop.sale,shop.inventory,shop.customer,shop.repair_order,shop.purchase_order',
      check: sourceFaults,
    }),
  },
} as const;

export type ServiceSettings = SettingsOf<ReturnType<typeof service>>;
export type KafkaSettings = SettingsOf<(typeof sharedSettings)['kafka']>;
export type DatabaseSettings = SettingsOf<(typeof sharedSettings)['database']>;
export type TracingSettings = SettingsOf<(typeof sharedSettings)['tracing']>;
export type DrainSettings = SettingsOf<typeof drain>;
export type LimitSettings = SettingsOf<ReturnType<typeof limits>>;
