import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock, Monotonic, TopicDefinition } from '@signet/contracts';
import type { FastifyInstance } from 'fastify';
import type { Client } from 'pg';
import type { DatabaseOptions } from '../database/database-options.ts';
import type { Logger } from '../logging/logger.ts';
import type {
  DrainSettings,
  KafkaSettings,
  LimitSettings,
  ServiceSettings,
  TracingSettings,
} from '../settings/shared-settings.ts';
import type { OpenApiOptions } from '../openapi/openapi-options.ts';

/** Further settings of a service that uses Kafka or PostgreSQL. */
interface OutsideSettings extends KafkaSettings {
  readonly SIGNET_INSTALLATION: string;
  readonly SIGNET_STARTUP_WAIT: number;
}

export interface ServiceOptions {
  /** The name in logs; also Kafka's client id. */
  readonly name: string;
  readonly module: Type | DynamicModule;
  /** The result of `settingsFromEnvironment` or `loadSettings`; modules inject it by SETTINGS. */
  readonly settings: ServiceSettings &
    Partial<DrainSettings> &
    Partial<LimitSettings> &
    Partial<TracingSettings> &
    Partial<OutsideSettings>;
  /** Default: SIGNET_HTTP_PORT. */
  readonly port?: number;
  /** Default: SIGNET_MANAGEMENT_PORT. */
  readonly managementPort?: number;
  readonly openapi: OpenApiOptions;
  /** Topics that must exist before the modules are made: the start waits for Kafka, and creates those that are missing. */
  readonly topics?: readonly TopicDefinition[];
  /** Topics of the registry that the service reads, but never creates: the start waits until the registry has claimed them. */
  readonly tables?: readonly TopicDefinition[];
  /**
   * The service also starts while Kafka is away, and answers requests that need only PostgreSQL. Its strategies, and the work that it
   * has given to `KafkaPresence`, begin when Kafka is there. By default the start waits for Kafka.
   */
  readonly startsWithoutKafka?: boolean;
  /** The service's database. Its recorded installation is compared with SIGNET_INSTALLATION before anything is changed. */
  readonly database?: Pick<DatabaseOptions, 'url' | 'tls' | 'schema'>;
  /** A further check of the database at the start; it must change nothing, and throws StartRefusedError. */
  readonly checkDatabase?: (client: Client) => Promise<void>;
  /** Makes the transports of the service's Kafka handlers, after the modules are made. They run before HTTP listens. */
  readonly strategies?: (
    app: NestFastifyApplication,
  ) => readonly CustomTransportStrategy[] | Promise<readonly CustomTransportStrategy[]>;
  /** Content types, plugins or hooks of the service's own, added before the routes are. */
  readonly configureFastify?: (fastify: FastifyInstance, logger: Logger) => void | Promise<void>;
  /** Bytes; 2 MiB by default. */
  readonly bodyLimit?: number;
  readonly clock?: Clock;
  /** The clock that measures durations; default: the monotonic clock of the process. */
  readonly monotonic?: Monotonic;
  readonly logger?: Logger;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly managementUrl: string;
  /** Stops taking requests and records, finishes those under way, and closes everything. */
  stop(): Promise<void>;
}
