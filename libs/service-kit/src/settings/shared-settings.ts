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
  SIGNET_LOG_LEVEL: setting(
    oneOf(LOG_LEVELS),
    'Lowest level of log lines that are written; HTTP requests to the service are logged at debug.',
    {
      default: 'info',
    },
  ),
  SIGNET_SHUTDOWN_DEADLINE: setting(duration(), 'How long a stop may take to finish what is in flight.', {
    default: '25s',
  }),
});

/** How a service stops without losing requests. */
const drain = {
  SIGNET_DRAIN_PAUSE: setting(
    duration({ min: 0 }),
    'How long a stopping service goes on serving requests while /readyz already says that it is not ready. Load balancers and Kubernetes need a few seconds to notice this and to send requests elsewhere. Part of SIGNET_SHUTDOWN_DEADLINE.',
    { default: '5s' },
  ),
};

/** Limits for callers. Each replica counts for itself; the default rate differs between services. */
const limits = (defaults: { rateLimit: number }) => ({
  SIGNET_RATE_LIMIT: setting(
    integer(0, 1_000_000),
    'Requests a second that one API key may send to one replica. After a pause it may send up to ten times as many at once. 0: no limit.',
    { default: String(defaults.rateLimit) },
  ),
  SIGNET_WRONG_KEY_LIMIT: setting(
    integer(0, 1_000_000),
    'Requests with a wrong API key that one address may send in a minute; further ones get 429. 0: no limit.',
    { default: '60' },
  ),
  SIGNET_TRUSTED_PROXIES: setting(
    cidrs(),
    'CIDRs of trusted proxies, separated by commas. When a request comes from one of them, the address of the caller is taken from X-Forwarded-For, and X-Forwarded-Proto says whether the caller uses TLS.',
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
      'Headers of each export, as key=value separated by commas, such as api-key=secret.',
      { secret: true },
    ),
    OTEL_TRACES_SAMPLER: setting(
      oneOf(SAMPLERS),
      `Which traces are exported: ${SAMPLERS.join(', ')}. With parentbased_*, the sampled flag of the producer's traceparent decides, if the producer sends one.`,
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
      'Further attributes of the process in traces, as key=value separated by commas, such as deployment.environment.name=production.',
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
      'Name of this Signet, the same for all its services and for ever, such as shop-production. The first start records it in PostgreSQL and Kafka; a service with another name refuses to use them.',
    ),
  },
  kafka: {
    SIGNET_KAFKA_BROKERS: setting(list(hostAndPort()), 'Kafka brokers as host:port separated by commas.'),
    SIGNET_KAFKA_TLS: setting(
      oneOf(['off', 'on']),
      'Whether connections to Kafka are encrypted, and certificates of brokers verified.',
      {
        default: 'off',
        check: kafkaFaults,
      },
    ),
    SIGNET_KAFKA_CA: optionalSetting(
      certificates(),
      "Certificate authorities for the brokers' certificates, PEM; unset: the authorities that Node.js trusts.",
      { secret: true },
    ),
    SIGNET_KAFKA_CERT: optionalSetting(certificates(), "Signet's certificate for Kafka, PEM.", { secret: true }),
    SIGNET_KAFKA_KEY: optionalSetting(privateKey(), 'Key of SIGNET_KAFKA_CERT, PEM without a passphrase.', {
      secret: true,
    }),
    SIGNET_KAFKA_SASL_MECHANISM: optionalSetting(
      oneOf(SASL_MECHANISMS),
      `How Signet authenticates to Kafka: ${SASL_MECHANISMS.join(', ')}; unset: it does not.`,
    ),
    SIGNET_KAFKA_USERNAME: optionalSetting(printable(), 'User name for Kafka.'),
    SIGNET_KAFKA_PASSWORD: optionalSetting(printable(), 'Password for Kafka.', { secret: true }),
    SIGNET_PREFIX: setting(
      text(
        (raw) => (/^[A-Za-z0-9._-]*$/.test(raw) && raw.length <= LONGEST_PREFIX ? raw : undefined),
        `must be at most ${LONGEST_PREFIX} letters, digits, dots, underscores or hyphens`,
      ),
      "Prefix of the names of Signet's own topics, consumer groups and clients on Kafka: with acme. a topic is acme.delivery.requests.v1. Source topics keep their names. All services of an installation need the same prefix, and it must never change: topics with another prefix are not read.",
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
      "Certificate authorities for PostgreSQL's certificate, PEM; unset: the authorities that Node.js trusts.",
      { secret: true },
    ),
    SIGNET_DATABASE_CERT: optionalSetting(certificates(), "Signet's certificate for PostgreSQL, PEM.", {
      secret: true,
    }),
    SIGNET_DATABASE_KEY: optionalSetting(privateKey(), 'Key of SIGNET_DATABASE_CERT, PEM without a passphrase.', {
      secret: true,
    }),
    SIGNET_DATABASE_POOL: setting(integer(1, 500), 'Largest number of connections from one replica to PostgreSQL.', {
      default: '10',
    }),
    SIGNET_DATABASE_STATEMENT_TIMEOUT: setting(
      duration({ min: 1_000, max: DAY_MS }),
      'PostgreSQL cancels a statement that takes longer (statement_timeout). If the service has no answer five seconds after that, it closes the connection.',
      { default: formatDuration(DEFAULT_LIMITS.statementMs) },
    ),
    SIGNET_DATABASE_LONG_STATEMENT_TIMEOUT: setting(
      // Timers of Node.js, and PostgreSQL, have 31 bits for milliseconds.
      duration({ min: 1_000, max: 20 * DAY_MS }),
      'The same limit for background jobs, for which no caller waits: migrations, retention, and the commands that rebuild, reseal and republish.',
      { default: formatDuration(DEFAULT_LIMITS.longStatementMs) },
    ),
    SIGNET_DATABASE_LOCK_TIMEOUT: setting(
      duration({ min: 100, max: DAY_MS }),
      'PostgreSQL cancels a statement that waits longer for a lock (lock_timeout). A background job waits at least as long as SIGNET_DATABASE_STATEMENT_TIMEOUT and SIGNET_DATABASE_IDLE_TRANSACTION_TIMEOUT together, so that PostgreSQL has ended the session that holds the lock before the job gives up.',
      { default: formatDuration(DEFAULT_LIMITS.lockMs) },
    ),
    SIGNET_DATABASE_IDLE_TRANSACTION_TIMEOUT: setting(
      duration({ min: 1_000, max: DAY_MS }),
      'PostgreSQL ends a session that sends no statement for so long within a transaction (idle_in_transaction_session_timeout). Such a transaction holds locks, and the relays of all replicas wait for it.',
      { default: formatDuration(DEFAULT_LIMITS.idleInTransactionMs) },
    ),
    SIGNET_DATABASE_DEAD_AFTER: setting(
      duration({ min: 3_000, max: 300_000 }),
      'When a service does not answer PostgreSQL for so long, PostgreSQL closes the connection and frees the locks of its session (tcp_user_timeout, keepalives). A service closes a connection on which PostgreSQL does not answer for so long, too. PostgreSQL also ends the session that holds the lock of a relay, the process that publishes events on Kafka, if it sends nothing for so long (idle_session_timeout): then another replica publishes.',
      { default: formatDuration(DEFAULT_LIMITS.deadAfterMs) },
    ),
    SIGNET_MIGRATE: setting(
      oneOf(['at-start', 'never']),
      'at-start: each start brings the tables up to date. never: run `signet-admin migrate` before; a start on tables that are too old ends with exit code 69.',
      { default: 'at-start' },
    ),
    SIGNET_MIGRATE_WAIT: setting(
      duration({ min: 1_000, max: DAY_MS }),
      'How long a migration tries to get its locks; each try waits one second. Then it ends with exit code 69, has changed nothing, and names the sessions that hold the locks.',
      { default: formatDuration(DEFAULT_MIGRATE_WAIT_MS) },
    ),
  },
  sealing: {
    SIGNET_SEALING_KEYS: setting(
      sealingKeys(),
      'Keys that encrypt stored secrets, separated by commas, each as id:base64 of 32 bytes. The first key encrypts; every key of the list decrypts.',
      { secret: true },
    ),
  },
  apiKeys: {
    SIGNET_API_KEYS_MAX_AGE: setting(
      duration({ min: 60_000 }),
      'How long API keys are accepted after the last heartbeat from the registry. Without the registry the service does not learn which keys were revoked, so after this time every request gets 503 until the registry is back.',
      { default: '24h' },
    ),
  },
  operatorKey: {
    SIGNET_OPERATOR_KEY: optionalSetting(
      text((raw) => (/^[\x21-\x7e]{16,256}$/.test(raw) ? raw : undefined), 'must be 16 to 256 printable characters'),
      'The first operator key; the first start stores it.',
      { secret: true },
    ),
  },
  egress: {
    SIGNET_EGRESS_ALLOW: setting(
      cidrs(),
      'CIDRs of addresses that are not public and that deliveries may go to nevertheless, separated by commas; empty: none.',
      { default: '', emptyIsValue: true },
    ),
  },
  retries: {
    SIGNET_RETRY_SCHEDULE: setting(
      list(duration()),
      'Waiting time after attempt 1, 2, and so on; the last one repeats. An open circuit waits as long between its probes.',
      { default: '1m,5m,15m,1h,4h' },
    ),
    SIGNET_RETRY_JITTER: setting(
      share(),
      'Each waiting time of the schedule gets longer by a random part, up to this share of it, so that retries do not come all at once.',
      {
        default: '0.1',
      },
    ),
    SIGNET_MAX_ATTEMPTS: setting(
      integer(1, 100),
      'Largest number of attempts for a delivery; a webhook may set its own.',
      {
        default: '5',
      },
    ),
    SIGNET_REQUEST_TIMEOUT: setting(duration(), 'Time limit of an attempt: connecting, headers and body together.', {
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
      'An alert is recorded when a webhook has had exactly this many failures in a row.',
      { default: '3,5,10', emptyIsValue: true },
    ),
  },
  retention: {
    SIGNET_RETENTION: setting(
      duration({ min: DAY_MS }),
      'Deliveries older than this are deleted, one day of them at a time; at least 1d.',
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
