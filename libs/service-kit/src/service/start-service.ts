import { flushCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { KafkaClientOptions } from '@signet/kafka';
import type { Client } from 'pg';
import type { Registry } from 'prom-client';
import { systemMonotonic } from '@signet/contracts';
import { firstReadings } from '../clock/ask-for-the-time.ts';
import { loggedClock } from '../clock/logged-clock.ts';
import type { SteadyClock } from '../clock/steady-clock.ts';
import { EventLoopWatch } from '../health/event-loop.ts';
import { HealthRegistry, tolerated } from '../health/health.registry.ts';
import { startManagementServer } from '../health/management-server.ts';
import { kafkaClient } from '../kafka/kafka-client.ts';
import { pinoLogger } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { NestLogger } from '../logging/nest-logger.ts';
import { sampleGroupLags } from '../metrics/gauges/group-lag.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Samples } from '../metrics/samples.ts';
import { showBuild } from '../metrics/gauges/build-info.ts';
import { showOwnReports } from '../metrics/own-reports.ts';
import { answerWhileStarting } from './start/answers-while-starting.ts';
import type { AnswersWhileStarting } from './start/answers-while-starting.ts';
import { Drain } from './drain.ts';
import { createFastify, DEFAULT_BODY_LIMIT } from './fastify/fastify-server.ts';
import { serveOpenApi } from '../openapi/openapi-document.ts';
import type { KafkaPresence } from './start/kafka-presence.ts';
import { preflight } from './start/preflight.ts';
import type { Preflight } from './start/preflight.ts';
import type { RunningService, ServiceOptions } from './service-options.ts';
import { ServiceModule } from './service.module.ts';
import { startTracing } from '../tracing/start-tracing.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { VERSION } from '../version.ts';

/** How long a start waits for its servers if the service has no setting for it. */
const DEFAULT_WAIT_MS = 60_000;

interface Parts {
  readonly options: ServiceOptions;
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly samples: Samples;
  readonly tracing: Tracing;
  readonly kafka: KafkaPresence;
  readonly steadyClock: SteadyClock | undefined;
}

/**
 * Starts a service without changing the process: no signal handlers, no exit. Tests use this; main.ts uses `runService`.
 *
 * @param signal ends the wait for PostgreSQL and Kafka
 * @param onFailed called with the error if a service that has started without Kafka must not go on: Kafka has come, and refuses the settings
 * @throws StartRefusedError when PostgreSQL or Kafka cannot be reached, or belongs to another installation
 */
export async function startService(
  options: ServiceOptions,
  signal?: AbortSignal,
  onFailed?: (error: unknown) => void,
): Promise<RunningService> {
  const { settings } = options;
  const logger = options.logger ?? pinoLogger(options.name, settings.SIGNET_LOG_LEVEL);
  const health = new HealthRegistry();
  const metrics = createMetrics();
  showBuild(metrics, options.name);
  const tracing = await startTracing(
    settings,
    { name: options.name, version: VERSION, installation: settings.SIGNET_INSTALLATION },
    logger,
  );
  showOwnReports(metrics, tracing);
  const samples = new Samples({ registry: metrics, logger });
  const lags = sampleGroupLags(metrics, samples, kafkaOf(options, logger));
  const eventLoop = new EventLoopWatch();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  health.addLiveness('event-loop', () => eventLoop.check());
  health.addReadiness('service', () => phase === 'running' || phase);

  const host = settings.SIGNET_HOST;
  const management = await startManagementServer({
    host,
    port: options.managementPort ?? settings.SIGNET_MANAGEMENT_PORT,
    health,
    metrics,
    samples,
    logger,
  });
  const publicPort = options.port ?? settings.SIGNET_HTTP_PORT;
  let early: AnswersWhileStarting | undefined;
  let kafka: KafkaPresence | undefined;
  try {
    early = await answerWhileStarting(options.name, host, publicPort);
    const steadyClock = options.database && loggedClock(logger);
    kafka = await preflight(preflightOf(options, logger, steadyClock, signal));
    if (options.startsWithoutKafka) addKafkaReadiness(health, kafka);
    const parts = { options, logger, health, metrics, samples, tracing, kafka, steadyClock };
    const application = await createApplication(parts);
    const { app } = application;
    // With NODE_COMPILE_CACHE the next start needs a third less CPU time. Node.js would write the cache at the end of the process, but a
    // killed process does not get there. The call writes three thousand files and blocks the event loop meanwhile, for a second of CPU,
    // or half a minute on a busy machine. So it comes before a caller waits for an answer, and before a lease or a membership can run out.
    flushCompileCache();
    await app.init();
    if (kafka.isThere) await app.startAllMicroservices();
    else kafka.whenThere(() => app.startAllMicroservices());
    await early.close();
    await app.listen(publicPort, host);
    phase = 'running';
    kafka.onFailed((error) => (onFailed ? onFailed(error) : logger.fatal({ err: error }, 'Kafka cannot be used')));
    const { port } = app.getHttpServer().address() as AddressInfo;
    logger.info({ port, managementPort: management.port }, `${options.name} is listening`);
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      phase = 'stopping';
      kafka?.stop();
      await closeApplication(application, settings.SIGNET_DRAIN_PAUSE ?? 0);
      eventLoop.stop();
      await management.close();
      await lags.close();
      await tracing.stop();
    };
    return {
      app,
      url: urlOf(host, port),
      managementUrl: urlOf(host, management.port),
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    kafka?.stop();
    eventLoop.stop();
    await early?.close();
    await management.close();
    await lags.close();
    await tracing.stop();
    throw error;
  }
}

/** The service serves requests also while Kafka is away: readiness names the missing Kafka, but stays ready. */
function addKafkaReadiness(health: HealthRegistry, kafka: KafkaPresence): void {
  health.addReadiness(
    'kafka',
    () => kafka.isThere || tolerated('has not been there since the start: what needs it begins when it comes'),
  );
}

const kafkaOf = ({ settings, name }: ServiceOptions, logger: Logger): KafkaClientOptions =>
  kafkaClient({ SIGNET_KAFKA_BROKERS: [], ...settings }, name, logger);

function preflightOf(
  options: ServiceOptions,
  logger: Logger,
  steadyClock: SteadyClock | undefined,
  signal: AbortSignal | undefined,
): Preflight {
  const { settings, topics = [], tables = [], database, startsWithoutKafka = false } = options;
  const checkDatabase = async (client: Client): Promise<void> => {
    steadyClock?.begin(await firstReadings(client, systemMonotonic));
    await options.checkDatabase?.(client);
  };
  return {
    installation: settings.SIGNET_INSTALLATION,
    database,
    checkDatabase,
    kafka: kafkaOf(options, logger),
    topics,
    tables,
    startsWithoutKafka,
    patience: { logger, longestMs: settings.SIGNET_STARTUP_WAIT ?? DEFAULT_WAIT_MS, ...(signal && { signal }) },
  };
}

interface Application {
  readonly app: NestFastifyApplication;
  readonly strategies: readonly CustomTransportStrategy[];
  readonly drain: Drain;
}

async function createApplication({ options, ...given }: Parts): Promise<Application> {
  const { logger, metrics, tracing } = given;
  const { bodyLimit = DEFAULT_BODY_LIMIT, settings, clock, monotonic } = options;
  const trustedProxies = settings.SIGNET_TRUSTED_PROXIES ?? [];
  const fastify = createFastify({ bodyLimit, trustedProxies, logger, metrics, tracing });
  const drain = new Drain(fastify);
  await options.configureFastify?.(fastify, logger);
  const service = ServiceModule.forRoot({ settings, clock, monotonic, ...given });
  const app = await NestFactory.create<NestFastifyApplication>(
    { ...service, imports: [...(service.imports ?? []), options.module] },
    // The adapter's type is for the Fastify that it depends on; npm may have installed that as a second copy beside ours.
    new FastifyAdapter(fastify as unknown as ConstructorParameters<typeof FastifyAdapter>[0]),
    { bodyParser: false, abortOnError: false, logger: new NestLogger(logger) },
  );
  const strategies = (await options.strategies?.(app)) ?? [];
  for (const strategy of strategies) app.connectMicroservice({ strategy });
  serveOpenApi(fastify, app, options.openapi);
  return { app, strategies, drain };
}

/**
 * Stops HTTP and Kafka first, at the same time, each with the work that it has taken; only then the modules that this work
 * needs. Nest alone would close the modules first.
 */
async function closeApplication({ app, strategies, drain }: Application, pauseMs: number): Promise<void> {
  await drain.end(pauseMs, () => Promise.all(strategies.map((strategy) => strategy.close())));
  await app.close();
}

const urlOf = (host: string, port: number): string =>
  `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
