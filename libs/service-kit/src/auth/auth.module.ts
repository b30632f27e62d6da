import { Module } from '@nestjs/common';
import type { DynamicModule, InjectionToken, ModuleMetadata, Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { REGISTRY_API_KEYS, REGISTRY_TENANTS } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { Registry } from 'prom-client';
import { HealthRegistry } from '../health/health.registry.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { ApiKeyDirectory } from './api-key-directory.ts';
import { ApiKeyGuard } from './api-key.guard.ts';
import { DirectoryFeed } from './directory-feed.ts';
import type { DirectoryFeedOptions } from './directory-feed.ts';
import { API_KEY_LOOKUP, TENANT_LOOKUP } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';
import { CLOCK } from '../service/service.tokens.ts';
import { TenantDirectory } from './tenant-directory.ts';
import { TrustedKeys } from './trusted-keys.ts';

export interface AuthLookups {
  readonly keys: ApiKeyLookup;
  readonly tenants?: TenantLookup;
}

export interface AuthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: InjectionToken[];
  // Nest passes the providers that `inject` names; TypeScript cannot know their types.
  readonly useFactory: (...injected: never[]) => AuthLookups | Promise<AuthLookups>;
}

export interface KafkaAuthOptions {
  /** SIGNET_INSTALLATION */
  readonly installation: string;
  /** SIGNET_API_KEYS_MAX_AGE, milliseconds. */
  readonly maxAgeMs: number;
}

const LOOKUPS = Symbol('signet.auth-lookups');
const KEYS_FEED = Symbol('signet.directory-feed.api-keys');
const TENANTS_FEED = Symbol('signet.directory-feed.tenants');
const guard: Provider = { provide: APP_GUARD, useClass: ApiKeyGuard };

/** Puts ApiKeyGuard before every route of the service that imports it. */
@Module({})
export class AuthModule {
  /** Keys and tenants come from Kafka: a new key works, and a revoked one stops working, a few milliseconds after the change. */
  static forKafka(kafka: KafkaClientOptions, { installation, maxAgeMs }: KafkaAuthOptions): DynamicModule {
    const keys = new ApiKeyDirectory();
    const tenants = new TenantDirectory();
    const common = { kafka, installation };
    return {
      module: AuthModule,
      global: true,
      providers: [
        { provide: ApiKeyDirectory, useValue: keys },
        { provide: TenantDirectory, useValue: tenants },
        {
          provide: API_KEY_LOOKUP,
          inject: [KEYS_FEED],
          useFactory: (feed: DirectoryFeed) => new TrustedKeys(keys, () => feed.heartbeatAgeMs(), maxAgeMs),
        },
        { provide: TENANT_LOOKUP, useExisting: TenantDirectory },
        feed(KEYS_FEED, { name: 'api-keys', topic: REGISTRY_API_KEYS, directory: keys, ...common }),
        feed(TENANTS_FEED, { name: 'tenants', topic: REGISTRY_TENANTS, directory: tenants, ...common }),
        guard,
      ],
      exports: [ApiKeyDirectory, TenantDirectory, API_KEY_LOOKUP, TENANT_LOOKUP],
    };
  }

  /** Keys, and tenants if given, come from lookups of the service's own. */
  static forRoot(lookups: AuthLookups): DynamicModule {
    return AuthModule.forRootAsync({ useFactory: () => lookups });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: AuthModuleAsyncOptions): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      imports,
      providers: [
        { provide: LOOKUPS, inject, useFactory },
        { provide: API_KEY_LOOKUP, inject: [LOOKUPS], useFactory: (lookups: AuthLookups) => lookups.keys },
        { provide: TENANT_LOOKUP, inject: [LOOKUPS], useFactory: (lookups: AuthLookups) => lookups.tenants },
        guard,
      ],
      exports: [API_KEY_LOOKUP, TENANT_LOOKUP],
    };
  }
}

type FeedOptions = Omit<DirectoryFeedOptions, 'health' | 'metrics' | 'clock' | 'logger'>;

const feed = (provide: symbol, options: FeedOptions): Provider => ({
  provide,
  inject: [HealthRegistry, Registry, CLOCK, LOGGER],
  useFactory: (health: HealthRegistry, metrics: Registry, clock: Clock, logger: Logger) =>
    new DirectoryFeed({ ...options, health, metrics, clock, logger }),
});
