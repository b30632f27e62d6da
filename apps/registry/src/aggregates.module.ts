import { EntityManager } from '@mikro-orm/postgresql';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { EventLike } from '@signet/event-store';
import type { KafkaClientOptions } from '@signet/kafka';
import { RecordProducer } from '@signet/kafka';
import type { Logger, Samples } from '@signet/service-kit';
import {
  CLOCK,
  databaseAddress,
  IdempotencyKeys,
  IdempotencyModule,
  KafkaPresence,
  LOGGER,
  SAMPLES,
  showProducerQueues,
  showRelay,
} from '@signet/service-kit';
import { Registry } from 'prom-client';
import { AlertListener, AlertsModule } from './alerts/alerts.module.ts';
import { KeyCache } from './auth/key-cache.ts';
import type { RegistrySettings } from './config.ts';
import type { AroundCommit } from './database/aggregates.ts';
import { Aggregates } from './database/aggregates.ts';
import { FOLDS, PROJECTIONS } from './database/database.ts';
import { countFacts } from './metrics/count-facts.ts';
import { PublishedStreams } from './relay/published-streams.ts';
import type { RegistryRelay } from './relay/registry-relay.ts';
import { registryRelay } from './relay/registry-relay.ts';
import { UntilPublished } from './relay/until-published.ts';
import { tableKeeper } from './tables/make-table-keeper.ts';
import { TableKeeper } from './tables/table-keeper.ts';
import { HAS_MAIL_SERVER, RELAY } from './tokens.ts';

/**
 * The providers that all aggregates share: the aggregates over the event store, the relay behind them, and
 * authentication.
 */
@Module({})
export class AggregatesModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(RELAY) private readonly relay: RegistryRelay,
    @Inject(TableKeeper) private readonly tables: TableKeeper | null,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(Registry) private readonly metrics: Registry,
    @Inject(SAMPLES) private readonly samples: Samples,
    @Inject(KafkaPresence) private readonly kafka: KafkaPresence,
  ) {}

  static forRoot(settings: RegistrySettings, client: KafkaClientOptions, keepsTables: boolean): DynamicModule {
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
          inject: [EntityManager, RecordProducer, KafkaPresence, AlertListener, CLOCK, LOGGER],
          useFactory: (
            em: EntityManager,
            producer: RecordProducer,
            kafka: KafkaPresence,
            alerts: AlertListener,
            clock: Clock,
            logger: Logger,
          ) =>
            registryRelay({
              database: databaseAddress(settings),
              em,
              producer,
              kafka,
              published,
              alerts,
              clock,
              logger,
            }),
        },
        {
          provide: TableKeeper,
          inject: [EntityManager, RELAY, RecordProducer, CLOCK, LOGGER],
          useFactory: (
            em: EntityManager,
            relay: RegistryRelay,
            producer: RecordProducer,
            clock: Clock,
            logger: Logger,
          ) =>
            keepsTables
              ? tableKeeper({ settings, client: { ...client, logger }, em, relay, producer, clock, logger })
              : null,
        },
        {
          provide: Aggregates,
          inject: [EntityManager, CLOCK, RELAY, KeyCache, IdempotencyKeys, Registry],
          useFactory: (
            em: EntityManager,
            clock: Clock,
            relay: RegistryRelay,
            keys: KeyCache,
            idempotency: IdempotencyKeys,
            metrics: Registry,
          ) => {
            const counted = countFacts(metrics, settings.SIGNET_ALERT_ON_FAILURES);
            const around = aroundCommit({ settings, em, relay, keys, published, idempotency, counted });
            return new Aggregates(em, clock, PROJECTIONS, FOLDS, around);
          },
        },
        KeyCache,
        { provide: HAS_MAIL_SERVER, useValue: settings.SIGNET_SMTP_URL !== undefined },
      ],
      exports: [Aggregates, KeyCache, HAS_MAIL_SERVER],
    };
  }

  onApplicationBootstrap(): void {
    showRelay(this.metrics, this.samples, 'registry', this.relay);
    showProducerQueues(this.metrics, { 'registry-relay': this.producer });
    // The relay also starts while Kafka is away: it reports how many events wait to be published.
    this.relay.start();
    this.kafka.whenThere(() => this.tables?.start());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.tables?.stop();
    await this.relay.stop();
    await this.tables?.settle();
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
  readonly counted: (events: readonly EventLike[]) => void;
}

function aroundCommit({ settings, em, relay, keys, published, idempotency, counted }: Around): AroundCommit {
  const until = new UntilPublished({
    em,
    published,
    isRelaying: () => relay.role !== 'stopped',
    longestMs: settings.SIGNET_PUBLICATION_WAIT,
  });
  return {
    inTransaction: (transaction) => idempotency.noteIn(transaction),
    appended: (kind, events) => {
      counted(events);
      // Before the wait: this replica must accept a new key, and refuse a revoked one, as soon as the change is
      // committed.
      if (kind !== 'webhook') keys.clear();
      relay.wake();
    },
    published: (stream) => until.published(stream),
  };
}
