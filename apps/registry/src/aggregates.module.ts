import { EntityManager } from '@mikro-orm/postgresql';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { RecordProducer } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import { CLOCK, gauge, LOGGER } from '@signet/service-kit';
import { Registry } from 'prom-client';
import { KeyCache } from './auth/key-cache.ts';
import { Aggregates } from './database/aggregates.ts';
import { PROJECTIONS } from './database/database.ts';
import type { RegistryRelay } from './relay/registry-relay.ts';
import { registryRelay } from './relay/registry-relay.ts';
import { RELAY } from './tokens.ts';

/** What every noun stands on: the aggregates over the event store, the relay behind them, and who may call. */
@Module({})
export class AggregatesModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(RELAY) private readonly relay: RegistryRelay,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(Registry) private readonly metrics: Registry,
  ) {}

  static forRoot(databaseUrl: string, client: KafkaClientOptions): DynamicModule {
    return {
      module: AggregatesModule,
      global: true,
      providers: [
        {
          provide: RecordProducer,
          inject: [LOGGER],
          useFactory: (logger: Logger) => new RecordProducer({ client: { ...client, logger }, name: 'registry-relay' }),
        },
        {
          provide: RELAY,
          inject: [EntityManager, RecordProducer, CLOCK, LOGGER],
          useFactory: (em: EntityManager, producer: RecordProducer, clock: Clock, logger: Logger) =>
            registryRelay({ databaseUrl, em, producer, clock, logger }),
        },
        {
          provide: Aggregates,
          inject: [EntityManager, CLOCK, RELAY],
          useFactory: (em: EntityManager, clock: Clock, relay: RegistryRelay) =>
            new Aggregates(em, clock, PROJECTIONS, () => relay.wake()),
        },
        {
          provide: KeyCache,
          inject: [EntityManager, CLOCK],
          useFactory: (em: EntityManager, clock: Clock) => new KeyCache(em, clock),
        },
      ],
      exports: [Aggregates, KeyCache],
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
