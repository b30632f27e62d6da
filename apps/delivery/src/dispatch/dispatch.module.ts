import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CONSUMER_GROUPS, DELIVERY_DEAD_LETTER, DELIVERY_REQUESTS } from '@signet/contracts';
import { EgressClient, EgressRules, trustStoreFault } from '@signet/egress';
import { committedOffsets, DeadLetters, RecordProducer } from '@signet/kafka';
import { CLOCK, EventLoopLoad, LOGGER, OUTSIDE_CLOCK, SETTINGS, TenantDirectory, TRACING } from '@signet/service-kit';
import type { Logger, Tracing } from '@signet/service-kit';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import type { DeliverySettings } from '../config.ts';
import { DayPartitions } from '../database/day-partitions.ts';
import { StorageModule } from '../database/storage.module.ts';
import { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import { kafkaClient } from '../kafka-client.ts';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { OutcomesModule } from '../outcomes/outcomes.module.ts';
import { OutcomesRelay } from '../outcomes/outcomes.relay.ts';
import { CanaryClient } from '../platform-fault/canary.ts';
import { ProducerModule } from '../producer.module.ts';
import { deliveryFields } from '../tracing/delivery-fields.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { DispatchConsumer } from '../sources/dispatch.consumer.ts';
import { DispatchIntake } from '../sources/dispatch-intake.ts';
import { DispatchService } from './dispatch.service.ts';
import { DispatchStateGauges } from './dispatch-state-gauges.ts';
import { Membership } from '../partitions/membership.ts';

@Module({
  imports: [WebhookDirectoryModule, StorageModule, OutcomesModule, ProducerModule, MetricsModule],
  controllers: [DispatchConsumer],
  providers: [
    Membership,
    {
      provide: EgressClient,
      inject: [SETTINGS, CLOCK],
      useFactory: (settings: DeliverySettings, clock: Clock) =>
        new EgressClient({
          clock,
          rules: new EgressRules({ allow: settings.SIGNET_EGRESS_ALLOW }),
          // Dispatch limits how much each webhook may send. A limit for each host here would make the webhooks of all tenants
          // at one host wait for each other, and their time-outs would count as failures.
          maxConnectionsPerHost: settings.SIGNET_DISPATCH_CONCURRENCY,
        }),
    },
    {
      provide: CanaryClient,
      inject: [SETTINGS, CLOCK],
      useFactory: (settings: DeliverySettings, clock: Clock) =>
        new CanaryClient(settings.SIGNET_CANARY_URL, new EgressRules({ allow: settings.SIGNET_EGRESS_ALLOW }), clock),
    },
    {
      provide: DispatchService,
      inject: [
        SETTINGS,
        LOGGER,
        CLOCK,
        OUTSIDE_CLOCK,
        DATABASE,
        EgressClient,
        CanaryClient,
        DayPartitions,
        WebhookDirectoryReader,
        TenantDirectory,
        DeliveryMetrics,
        OutcomesRelay,
        Membership,
        RecordProducer,
        TRACING,
      ],
      useFactory: dispatchService,
    },
    {
      provide: DispatchIntake,
      inject: [DispatchService],
      useFactory: (service: DispatchService) => service.intake,
    },
    DispatchStateGauges,
  ],
  exports: [DispatchService, Membership],
})
export class DispatchModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(DispatchService) private readonly service: DispatchService,
    @Inject(EgressClient) private readonly client: EgressClient,
    @Inject(CanaryClient) private readonly canary: CanaryClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.service.start().catch((error: unknown) => this.logger.error({ err: error }, 'dispatch cannot start'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.service.stop();
    await this.client.close();
    await this.canary.close();
  }
}

function dispatchService(
  settings: DeliverySettings,
  logger: Logger,
  clock: Clock,
  outsideClock: Clock,
  database: Database,
  client: EgressClient,
  canary: CanaryClient,
  partitions: DayPartitions,
  directory: WebhookDirectoryReader,
  tenants: TenantDirectory,
  metrics: DeliveryMetrics,
  relay: OutcomesRelay,
  membership: Membership,
  producer: RecordProducer,
  tracing: Tracing,
): DispatchService {
  const { clientId } = kafkaClient(settings, logger);
  const load = new EventLoopLoad();
  const trustFault = trustStoreFault();
  if (trustFault) logger.error(trustFault);
  return new DispatchService(
    {
      database,
      clock,
      outsideClock,
      random: Math.random,
      client,
      sealing: settings.SIGNET_SEALING_KEYS,
      partitions,
      directory,
      tenants,
      metrics,
      listener: {
        committed: () => relay.wake(),
        failed: (error, rows) => logger.warn({ err: error, rows }, 'outcomes could not be stored; they are kept'),
      },
      onRefused: (task, error) => {
        metrics.refused();
        logger.error(
          { err: error, ...deliveryFields(task) },
          'PostgreSQL refused a delivery; it goes to the dead letters',
        );
      },
      deadLetters: new DeadLetters(producer, DELIVERY_DEAD_LETTER, clientId, clock, (reason) =>
        metrics.deadLettered(reason),
      ),
      onError: (error) => logger.warn({ err: error }, 'due deliveries could not be read'),
      tracing,
      ...(logger.isLevelEnabled('debug') && {
        onAttempted: (task, { facts, failure }) =>
          logger.debug(
            {
              ...deliveryFields(task),
              attempt: facts.attempt,
              status: facts.response?.statusCode,
              errorClass: failure?.errorClass,
              ms: facts.durationMs,
            },
            failure ? 'an attempt has failed' : 'an attempt has succeeded',
          ),
      }),
      onNotHeld: (notHeld) =>
        logger.warn(notHeld, 'partitions are given up without PostgreSQL: what is on the wire may be sent once more'),
      isTrustLoaded: trustFault === null,
      canary: canary.isSet ? () => canary.isReached() : null,
      onPlatformFault: (evidence) => {
        if (evidence)
          logger.error({ evidence }, 'the platform is at fault: deliveries are held back, only probes go out');
        else logger.info('the platform is no longer at fault: deliveries go out again');
      },
      isBusy: () => load.isBusy(),
      isMember: () => membership.isFresh(),
      committedOffsets: (partitions) =>
        committedOffsets(kafkaClient(settings, logger), CONSUMER_GROUPS.dispatch, DELIVERY_REQUESTS, partitions),
    },
    {
      replica: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      policy: { scheduleMs: settings.SIGNET_RETRY_SCHEDULE, jitter: settings.SIGNET_RETRY_JITTER },
      circuitFailures: settings.SIGNET_CIRCUIT_FAILURES,
      maxAttempts: settings.SIGNET_MAX_ATTEMPTS,
      platformFault: {
        minHosts: settings.SIGNET_PLATFORM_FAULT_HOSTS,
        minTenants: settings.SIGNET_PLATFORM_FAULT_TENANTS,
        memoryMs: settings.SIGNET_PLATFORM_FAULT_MEMORY,
        windowMs: settings.SIGNET_PLATFORM_FAULT_WINDOW,
        probesPerSecond: settings.SIGNET_PLATFORM_FAULT_PROBES,
        retryMs: 5_000,
      },
      requestTimeoutMs: settings.SIGNET_REQUEST_TIMEOUT,
      perWebhookConcurrency: settings.SIGNET_WEBHOOK_CONCURRENCY,
      totalConcurrency: settings.SIGNET_DISPATCH_CONCURRENCY,
      leasedInMemory: 8_000,
      spillAfterMs: settings.SIGNET_SPILL_AFTER,
      recorder: { batchSize: 500, lingerMs: settings.SIGNET_RECORD_LINGER, lanes: 2 },
      shelf: { lingerMs: 200, unhurriedMs: 10_000 },
      userAgent: 'Signet/0.1',
    },
  );
}
