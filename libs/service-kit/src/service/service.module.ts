import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { systemClock, systemMonotonic } from '@signet/contracts';
import type { Clock, Monotonic } from '@signet/contracts';
import { LoggerModule } from 'nestjs-pino';
import { Registry } from 'prom-client';
import type { SteadyClock } from '../clock/steady-clock.ts';
import { HealthRegistry } from '../health/health.registry.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { counter } from '../metrics/metrics.ts';
import type { Samples } from '../metrics/samples.ts';
import { SAMPLES } from '../metrics/samples.ts';
import { SERVICE_METRICS } from '../metrics/service-metrics.ts';
import { ProblemFilter } from '../problem/problem.filter.ts';
import { ProblemValidationPipe } from '../problem/validation.pipe.ts';
import { RequestLimits } from '../rate-limit/request-limits.ts';
import { KafkaPresence } from './start/kafka-presence.ts';
import { CLOCK, OUTSIDE_CLOCK, SETTINGS, STEADY_CLOCK } from './service.tokens.ts';
import type { LimitSettings } from '../settings/shared-settings.ts';
import { TRACING } from '../tracing/tracing.ts';
import type { Tracing } from '../tracing/tracing.ts';

export interface ServiceModuleOptions {
  readonly settings: Partial<LimitSettings>;
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly samples: Samples;
  readonly tracing: Tracing;
  readonly kafka: KafkaPresence;
  /** For tests: replaces every other clock. */
  readonly clock?: Clock | undefined;
  /** Only for a service with a database. */
  readonly steadyClock?: SteadyClock | undefined;
  readonly monotonic?: Monotonic | undefined;
}

/**
 * Provides the values that every part of a service may inject: SETTINGS, CLOCK, OUTSIDE_CLOCK, LOGGER, SAMPLES, TRACING,
 * HealthRegistry, KafkaPresence, RequestLimits, and Registry of prom-client.
 */
@Module({})
export class ServiceModule {
  static forRoot(options: ServiceModuleOptions): DynamicModule {
    const { settings, logger, health, metrics, samples, tracing, kafka, monotonic = systemMonotonic } = options;
    const steadyClock = options.clock ? undefined : options.steadyClock;
    const clock = options.clock ?? steadyClock?.now ?? systemClock;
    return {
      module: ServiceModule,
      global: true,
      // Without the middleware of nestjs-pino: for each request it makes a child logger and an async context, which we do not use.
      imports: [LoggerModule.forRoot({ pinoHttp: { logger }, forRoutes: [] })],
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: CLOCK, useValue: clock },
        { provide: OUTSIDE_CLOCK, useValue: steadyClock?.outside ?? clock },
        { provide: STEADY_CLOCK, useValue: steadyClock ?? null },
        { provide: LOGGER, useValue: logger },
        { provide: HealthRegistry, useValue: health },
        { provide: Registry, useValue: metrics },
        { provide: KafkaPresence, useValue: kafka },
        { provide: SAMPLES, useValue: samples },
        { provide: TRACING, useValue: tracing },
        { provide: RequestLimits, useValue: requestLimits(settings, metrics, monotonic) },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: ProblemValidationPipe },
      ],
      exports: [
        ...[SETTINGS, CLOCK, OUTSIDE_CLOCK, STEADY_CLOCK, LOGGER, SAMPLES, TRACING],
        ...[HealthRegistry, KafkaPresence, Registry, RequestLimits],
      ],
    };
  }
}

/** A service without settings for limits has no limits. */
function requestLimits(settings: Partial<LimitSettings>, metrics: Registry, now: Monotonic): RequestLimits {
  return new RequestLimits({
    requestsPerSecond: settings.SIGNET_RATE_LIMIT ?? 0,
    wrongKeysPerMinute: settings.SIGNET_WRONG_KEY_LIMIT ?? 0,
    now,
    refused: counter(metrics, SERVICE_METRICS.requestsRefused),
  });
}
