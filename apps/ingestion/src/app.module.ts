import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import {
  AuthModule,
  CLOCK,
  HealthRegistry,
  LOGGER,
  SETTINGS,
  showProducerQueues,
  TENANT_LOOKUP,
  TenantDirectory,
  TRACING,
} from '@signet/service-kit';
import type { Logger, TenantLookup, Tracing } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { CanonicalPublisher } from './canonical-publisher.ts';
import type { IngestionSettings } from './config.ts';
import { EventsHttp } from './http/events.http.ts';
import { EventsIntake } from './http/events.intake.ts';
import { IngestionMetrics } from './metrics/ingestion-metrics.ts';
import { kafkaClient } from './kafka-client.ts';
import { SourceIntake } from './source/source.intake.ts';
import type { IntakeLimits } from './source/source.intake.ts';

const limitsOf = (settings: IngestionSettings): IntakeLimits => ({
  retentionMs: settings.SIGNET_RETENTION,
  maxBytes: settings.SIGNET_MAX_MESSAGE_BYTES,
});

@Module({})
export class AppModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Registry) private readonly metrics: Registry,
  ) {}

  static forRoot(settings: IngestionSettings, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AuthModule.forKafka(kafkaClient(settings, logger), {
          installation: settings.SIGNET_INSTALLATION,
          maxAgeMs: settings.SIGNET_API_KEYS_MAX_AGE,
        }),
      ],
      controllers: [EventsHttp],
      providers: [
        {
          provide: RecordProducer,
          inject: [LOGGER],
          useFactory: (log: Logger) =>
            new RecordProducer({ client: kafkaClient(settings, log), name: 'ingestion', deadlineMs: 10_000 }),
        },
        IngestionMetrics,
        CanonicalPublisher,
        {
          provide: EventsIntake,
          inject: [CanonicalPublisher, TENANT_LOOKUP, CLOCK, SETTINGS, IngestionMetrics],
          useFactory: (
            publisher: CanonicalPublisher,
            tenants: TenantLookup,
            clock: Clock,
            given: IngestionSettings,
            metrics: IngestionMetrics,
          ) => new EventsIntake(publisher, tenants, clock, limitsOf(given), metrics),
        },
        {
          provide: SourceIntake,
          inject: [CanonicalPublisher, TenantDirectory, CLOCK, SETTINGS, TRACING],
          useFactory: (
            publisher: CanonicalPublisher,
            tenants: TenantDirectory,
            clock: Clock,
            given: IngestionSettings,
            tracing: Tracing,
          ) => new SourceIntake(publisher, tenants, () => tenants.whenComplete(), clock, limitsOf(given), tracing),
        },
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    this.health.addReadiness('producer', () => this.producer.isConnected() || 'not connected to Kafka');
    showProducerQueues(this.metrics, { ingestion: this.producer });
    await this.producer.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.producer.close();
  }
}
