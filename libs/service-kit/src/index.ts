export { AuthModule } from './auth/auth.module.ts';
export type { AuthLookups, AuthModuleAsyncOptions, KafkaAuthOptions } from './auth/auth.module.ts';
export { ApiKeyDirectory } from './auth/api-key-directory.ts';
export { ApiKeyGuard } from './auth/api-key.guard.ts';
export { authenticate, authorize, bearerToken } from './auth/authenticate.ts';
export { Caller, Public, Roles, WhileSuspended } from './auth/caller.ts';
export { DirectoryFeed } from './auth/directory-feed.ts';
export type { Directory, DirectoryFeedOptions } from './auth/directory-feed.ts';
export { API_KEY_LOOKUP, hashApiKey, TENANT_LOOKUP } from './auth/lookups.ts';
export type { ApiKeyLookup, KnownSession, TenantLookup } from './auth/lookups.ts';
export { forgetSessionCookies, sessionCookie, sessionTokenOf } from './auth/session/session-cookie.ts';
export { TenantDirectory } from './auth/tenant-directory.ts';
export type { TenantChange } from './auth/tenant-directory.ts';
export { timeOfPool } from './clock/ask-for-the-time.ts';
export { ClockSync } from './clock/clock-sync.ts';
export { SteadyClock } from './clock/steady-clock.ts';
export type { SteadyClockOptions } from './clock/steady-clock.ts';
export { EXIT_FAILED, EXIT_USAGE, reportOf, runAdminCommand, UsageError } from './command/admin-command.ts';
export type { AdminCommand, CommandReport } from './command/admin-command.ts';
export { checkCommand } from './command/check/check-command.ts';
export type { ServiceToCheck } from './command/check/check-command.ts';
export { checked, ok, warning } from './command/check/checked.ts';
export type { Checked } from './command/check/checked.ts';
export { userOf } from './command/check/not-allowed.policy.ts';
export { hasNoCoordinator, notAllowedOn } from './service/start/unreachable.policy.ts';
export { migrateCommand } from './command/migrate-command.ts';
export { reachableServers } from './command/run-command.ts';
export type { CommandServers } from './command/run-command.ts';
export { withDatabase } from './command/with-database.ts';
export { databaseOptions } from './database/database-options.ts';
export type { DatabaseOptions } from './database/database-options.ts';
export { DatabaseModule } from './database/database.module.ts';
export { withClient } from './database/connect.ts';
export { databaseAddress, migrationSettings, pgConnection } from './database/database-address.ts';
export type { DatabaseAddress } from './database/database-address.ts';
export { migrate } from './database/schema/migrate.ts';
export { isReadBefore, requireReaders } from './write-formats/require-readers.ts';
export type { ListedMigration, MigrationClass, Phase } from './database/schema/phase.ts';
export { longSession } from './database/sessions/long-session.ts';
export type { LongSession } from './database/sessions/long-session.ts';
export { DEFAULT_LIMITS } from './database/sessions/session-limits.ts';
export type { SessionKind, SessionLimits } from './database/sessions/session-limits.ts';
export { EventLoopWatch } from './health/event-loop.ts';
export { EventLoopLoad } from './health/event-loop-load.ts';
export { HealthRegistry, tolerated } from './health/health.registry.ts';
export type { HealthAnswer, HealthCheck, HealthReport, Tolerated } from './health/health.registry.ts';
export { joinedOnce } from './health/joined-once.ts';
export type { IfMatch } from './http/etag.ts';
export { etag, matchesVersion, parseIfMatch } from './http/etag.ts';
export { decodeCursor, encodeCursor, pageOf, pageQuery } from './http/paging.ts';
export type { Page } from './http/paging.ts';
export { emptyPage, scopeOf, tenantId, tenantQuery } from './http/tenant-scope.ts';
export type { TenantScope } from './http/tenant-scope.ts';
export { time } from './http/time.ts';
export { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.ts';
export { IdempotencyKeysMigration } from './idempotency/idempotency.migration.ts';
export { IdempotencyModule } from './idempotency/idempotency.module.ts';
export { IdempotencyKeys } from './idempotency/idempotency-keys.ts';
export { parseIdempotencyKey } from './idempotency/idempotency-key.ts';
export { IDEMPOTENCY_STORE } from './idempotency/idempotency-store.ts';
export type {
  Begun,
  IdempotencyClaim,
  IdempotencyStore,
  IdempotentRequest,
  StoredAnswer,
} from './idempotency/idempotency-store.ts';
export { keepAnswers } from './idempotency/keep-answers.ts';
export { resealAnswers } from './idempotency/reseal-answers.ts';
export { compareWithDatabase } from './installation/database-installation.ts';
export { InstallationMigration, InstallationPrefixMigration } from './installation/installation.migration.ts';
export { kafkaClient } from './kafka/kafka-client.ts';
export type { KafkaConnection } from './kafka/kafka-client.ts';
export { claimTopics, compareWithKafka } from './installation/kafka-installation.ts';
export { LOGGER, pinoLogger } from './logging/logger.ts';
export type { Logger } from './logging/logger.ts';
export { countLostOffsets } from './metrics/lost-offsets.ts';
export { defineCounter, defineGauge, defineHistogram, DURATION_BUCKETS, eachOf } from './metrics/definition.ts';
export type {
  CounterDefinition,
  GaugeDefinition,
  HistogramDefinition,
  MetricDefinition,
} from './metrics/definition.ts';
export { counter, createMetrics, gauge, histogram, mirroredCounter } from './metrics/metrics.ts';
export { showProducerQueues } from './metrics/gauges/producer-gauge.ts';
export { showRelay } from './metrics/gauges/relay-gauges.ts';
export { Samples, SAMPLES } from './metrics/samples.ts';
export type { Sample } from './metrics/samples.ts';
export {
  CLOCK_METRICS,
  RELAY_METRICS,
  SAMPLE_METRICS,
  SERVICE_METRICS,
  TABLE_METRICS,
} from './metrics/service-metrics.ts';
export { fieldErrors } from './problem/field-errors.ts';
export { Problem, problem, PROBLEM_MEDIA_TYPE, problemType } from './problem/problem.ts';
export type { FieldError, ProblemDocument, ProblemOptions } from './problem/problem.ts';
export { ProblemFilter } from './problem/problem.filter.ts';
export { ProblemValidationPipe } from './problem/validation.pipe.ts';
export { isUnavailable } from './problem/unavailable.ts';
export { RequestLimits } from './rate-limit/request-limits.ts';
export type { RequestLimitsOptions } from './rate-limit/request-limits.ts';
export { reasonNotToOpen } from './sealing/reason-not-to-open.ts';
export { searchDatabase } from './secret-search/search-database.ts';
export { searchFolder } from './secret-search/search-folder.ts';
export type { SearchFolderOptions } from './secret-search/search-folder.ts';
export { searchTopics } from './secret-search/search-topics.ts';
export { SecretSearch } from './secret-search/secret-search.ts';
export type { Leak, SearchReport } from './secret-search/secret-search.ts';
export type { Secret } from './secret-search/secret-forms.ts';
export { KeepBytes } from './service/fastify/fastify-server.ts';
export { Answers, Fails, jsonSchemaOf, pageAnswer } from './openapi/answers.ts';
export type { AnswerOptions } from './openapi/answers.ts';
export { openApiDocument } from './openapi/openapi-document.ts';
export type { OpenApiOptions } from './openapi/openapi-options.ts';
export { KafkaPresence } from './service/start/kafka-presence.ts';
export { PollLoop } from './service/poll-loop.ts';
export { reachableDatabase, reachableKafka } from './service/start/preflight.ts';
export { processPlace } from './service/process-place.ts';
export { runService } from './service/run-service.ts';
export type { RunningService, ServiceOptions } from './service/service-options.ts';
export { ServiceModule } from './service/service.module.ts';
export { CLOCK, OUTSIDE_CLOCK, SETTINGS } from './service/service.tokens.ts';
export { EXIT_UNAVAILABLE, StartRefusedError } from './service/start/start-refused.error.ts';
export { startService } from './service/start-service.ts';
export { untilReachable } from './service/start/until-reachable.ts';
export type { Bound, UntilReachableOptions, WaitingLog } from './service/start/until-reachable.ts';
export { ATTRIBUTE } from './tracing/attributes.ts';
export { spanOf } from './tracing/http-spans.ts';
export { CONTEXT_HEADER, createSpan, processSpan, sendSpan } from './tracing/messaging.ts';
export type { Destination } from './tracing/messaging.ts';
export { startTracing } from './tracing/start-tracing.ts';
export { traceFields, traceIdsOf } from './tracing/trace-ids.ts';
export { during, errorType, NO_SPAN, NO_TRACING, TRACING } from './tracing/tracing.ts';
export type { Attributes, Span, SpanOptions, SpanReference, Tracing } from './tracing/tracing.ts';
export { watchTable } from './tables/table-metrics.ts';
export { TableReader } from './tables/table-reader.ts';
export type { TableReaderOptions } from './tables/table-reader.ts';
export { describeSettings } from './settings/describe-settings.ts';
export type { DescribedSetting } from './settings/describe-settings.ts';
export { formatDuration, parseDuration } from './settings/duration.ts';
export { EXIT_BAD_SETTINGS, loadSettings, settingsFromEnvironment, SettingsError } from './settings/load-settings.ts';
export type { Environment, SettingFault } from './settings/load-settings.ts';
export { defineSettings, optionalSetting, setting } from './settings/setting.ts';
export type { Setting, SettingDefinitions, SettingOptions, SettingsOf } from './settings/setting.ts';
export { sharedSettings } from './settings/shared-settings.ts';
export type { LimitSettings, ServiceSettings } from './settings/shared-settings.ts';
export {
  cidrs,
  databaseUrl,
  duration,
  hostAndPort,
  httpUrl,
  integer,
  list,
  oneOf,
  port,
  sealingKeys,
  share,
  text,
  topicName,
  writeFormatsValue,
} from './settings/values.ts';
