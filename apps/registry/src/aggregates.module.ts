import { EntityManager } from '@mikro-orm/postgresql';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { RecordProducer } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import { CLOCK, databaseAddress, gauge, IdempotencyKeys, IdempotencyModule, LOGGER } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { AlertListener, AlertsModule } from './alerts/alerts.module.ts';
import { KeyCache } from './auth/key-cache.ts';
import type { RegistrySettings } from './config.ts';
import type { AroundCommit } from './database/aggregates.ts';
import { Aggregates } from './database/aggregates.ts';
import { PROJECTIONS } from './database/database.ts';
import { PublishedStreams } from './relay/published-streams.ts';
import type { RegistryRelay } from './relay/registry-relay.ts';
import { registryRelay } from './relay/registry-relay.ts';
import { UntilPublished } from './relay/until-published.ts';
import { HAS_MAIL_SERVER, RELAY } from './tokens.ts';

/** What every noun stands on: the aggregates over the event store, the relay behind them, and who may call. */
@Module({})
export class AggregatesModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(RELAY) private readonly relay: RegistryRelay,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(Registry) private readonly metrics: Registry,
  ) {}

  static forRoot(settings: RegistrySettings, client: KafkaClientOptions): DynamicModule {
    const published = new PublishedStreams();
    return {
      module: AggregatesModule,
      global: true,
      imports: [IdempotencyModule, AlertsModule.forRoot(settings)],
      providers: [
        {
          provide: RecordProducer,
          inject: [LOGGER],
          useFactory: (logger: Logger) => new RecordProducer({ client: { ...client, logger }, name: 'registry-relay' }),
        },
        {
          provide: RELAY,
          inject: [EntityManager, RecordProducer, AlertListener, CLOCK, LOGGER],
          useFactory: (
            em: EntityManager,
            producer: RecordProducer,
            alerts: AlertListener,
            clock: Clock,
            logger: Logger,
          ) =>
            registryRelay({
              database: databaseAddress(settings),
              em,
              producer,
              published,
              alerts,
              clock,
              logger,
            }),
        },
        {
          provide: Aggregates,
          inject: [EntityManager, CLOCK, RELAY, KeyCache, IdempotencyKeys],
          useFactory: (
            em: EntityManager,
            clock: Clock,
            relay: RegistryRelay,
            keys: KeyCache,
            idempotency: IdempotencyKeys,
          ) =>
            new Aggregates(em, clock, PROJECTIONS, aroundCommit({ settings, em, relay, keys, published, idempotency })),
        },
        {
          provide: KeyCache,
          inject: [EntityManager, CLOCK],
          useFactory: (em: EntityManager, clock: Clock) => new KeyCache(em, clock),
        },
        { provide: HAS_MAIL_SERVER, useValue: settings.SIGNET_SMTP_URL !== undefined },
      ],
      exports: [Aggregates, KeyCache, HAS_MAIL_SERVER],
    };
  }

  onApplicationBootstrap(): void {
    const help = 'Age of the oldest event of the registry that is not yet on Kafka.';
    gauge(this.metrics, 'signet_registry_relay_lag_seconds', help, [], async (lag) =>
      lag.set((await this.relay.lag()).seconds),
    );
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.producer.close();
  }
}

interface Around {
  readonly settings: RegistrySettings;
  readonly em: EntityManager;
  readonly relay: RegistryRelay;
  readonly keys: KeyCache;
  readonly published: PublishedStreams;
  readonly idempotency: IdempotencyKeys;
}

function aroundCommit({ settings, em, relay, keys, published, idempotency }: Around): AroundCommit {
  const until = new UntilPublished({
    em,
    published,
    isRelaying: () => relay.role !== 'stopped',
    longestMs: settings.SIGNET_PUBLICATION_WAIT,
  });
  return {
    inTransaction: (transaction) => idempotency.noteIn(transaction),
    appended: (kind) => {
      // Before the wait: who may call is this replica's own knowledge.
      if (kind !== 'webhook') keys.clear();
      relay.wake();
    },
    published: (stream) => until.published(stream),
  };
}
