import { Module } from '@nestjs/common';
import type { DynamicModule, InjectionToken, ModuleMetadata, Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { REGISTRY_API_KEYS, REGISTRY_TENANTS } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { HealthRegistry } from '../health/health.registry.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { ApiKeyDirectory } from './api-key-directory.ts';
import { ApiKeyGuard } from './api-key.guard.ts';
import { DirectoryFeed } from './directory-feed.ts';
import { API_KEY_LOOKUP, TENANT_LOOKUP } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';
import { TenantDirectory } from './tenant-directory.ts';

export interface AuthLookups {
  readonly keys: ApiKeyLookup;
  readonly tenants?: TenantLookup;
}

export interface AuthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: InjectionToken[];
  // Nest hands over whatever `inject` names, which no type can follow.
  readonly useFactory: (...injected: never[]) => AuthLookups | Promise<AuthLookups>;
}

const LOOKUPS = Symbol('signet.auth-lookups');
const guard: Provider = { provide: APP_GUARD, useClass: ApiKeyGuard };

/** Puts ApiKeyGuard before every route of the service that imports it. */
@Module({})
export class AuthModule {
  /** Keys and tenants come from Kafka: a key works, or no longer works, a few milliseconds after the registry says so. */
  static forKafka(kafka: KafkaClientOptions): DynamicModule {
    const keys = new ApiKeyDirectory();
    const tenants = new TenantDirectory();
    return {
      module: AuthModule,
      global: true,
      providers: [
        { provide: ApiKeyDirectory, useValue: keys },
        { provide: TenantDirectory, useValue: tenants },
        { provide: API_KEY_LOOKUP, useExisting: ApiKeyDirectory },
        { provide: TENANT_LOOKUP, useExisting: TenantDirectory },
        feed({ name: 'api-keys', topic: REGISTRY_API_KEYS, directory: keys, kafka }),
        feed({ name: 'tenants', topic: REGISTRY_TENANTS, directory: tenants, kafka }),
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

function feed(
  options: Pick<ConstructorParameters<typeof DirectoryFeed>[0], 'name' | 'topic' | 'directory' | 'kafka'>,
): Provider {
  return {
    provide: Symbol(`signet.directory-feed.${options.name}`),
    inject: [HealthRegistry, LOGGER],
    useFactory: (health: HealthRegistry, logger: Logger) => new DirectoryFeed({ ...options, health, logger }),
  };
}
